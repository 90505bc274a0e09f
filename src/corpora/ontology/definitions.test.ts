import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { labelledTextLine, parseLabelledText } from '../../foundation';
import {
  type DefinitionRow,
  definitionTexts,
  labelledDefinitions,
  readDefinitions,
  writeDefinitions,
} from './definitions';
import { escapeObo, temporaryFiles } from './obo.fixture';
import { readOntology } from './read-ontology';

const write = temporaryFiles();
const table = write('table.csv', '');
const term = (id: string, namespace: string, definition?: string) =>
  `[Term]\nid: ${id}\nname: name, of "${id}"\nnamespace: ${namespace}\n${definition === undefined ? '' : `def: "${definition}" []\n`}`;

describe('definitionTexts', () => {
  it('has a row for each definition, with its words counted as Python counts them', () => {
    const ontology = readOntology(
      write(
        'go.obo',
        [
          term('GO:1', 'biological_process', 'Any \\"process\\", of 2,3-dimer_x (na\u00efve).'),
          term('GO:2', 'molecular_function'),
          term('GO:3', 'cellular_component', 'A part\\nof it.'),
        ].join('\n'),
      ),
    );
    const rows = definitionTexts(ontology);
    assert.deepEqual(rows, [
      {
        go_id: 'GO:1',
        name: 'name, of "GO:1"',
        aspect: 'biological_process',
        definition: 'Any "process", of 2,3-dimer_x (naïve).',
        def_word_count: 7,
      },
      {
        go_id: 'GO:3',
        name: 'name, of "GO:3"',
        aspect: 'cellular_component',
        definition: 'A part\nof it.',
        def_word_count: 4,
      },
    ]);
    const [first] = labelledDefinitions(rows);
    assert.deepEqual(first, {
      id: 'GO:1',
      text: rows[0].definition,
      labels: ['biological_process'],
      several: false,
    });
    assert.deepEqual(parseLabelledText(labelledTextLine(first), 'x').labels, ['biological_process']);
    writeDefinitions(table, rows);
    assert.equal(
      readFileSync(table, 'utf8'),
      'go_id,name,aspect,definition,def_word_count\n' +
        'GO:1,"name, of ""GO:1""",biological_process,"Any ""process"", of 2,3-dimer_x (naïve).",7\n' +
        'GO:3,"name, of ""GO:3""",cellular_component,"A part\nof it.",4\n',
    );
  });

  it('refuses an ontology without definitions, and definitions without a namespace', () => {
    const none = readOntology(write('none.obo', term('GO:1', 'x') + term('GO:2', 'x')));
    assert.throws(() => definitionTexts(none), {
      name: 'InputError',
      message: /none\.obo: none of the 2 terms has a definition.*"def:" lines/,
    });
    const bare = readOntology(write('bare.obo', '[Term]\nid: GO:1\ndef: "One." []\n'));
    assert.throws(() => definitionTexts(bare), {
      name: 'InputError',
      message: /bare\.obo: GO:1 has a definition but no namespace/,
    });
  });

  it('gives any definition back after escaping, reading, writing and reading again', () => {
    const text = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom('\\', '"', '\n', '\t', '!', '{', ',', ' ', 'n'),
          fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        ),
      })
      // A text file holds no NUL.
      .map((value) => value.replaceAll('\0', ''))
      .filter((value) => value.trim() !== '');
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (definitions) => {
        const obo = definitions.map((definition, index) =>
          term(`GO:${index}`, 'process', escapeObo(definition)),
        );
        const rows = definitionTexts(readOntology(write('any.obo', obo.join('\n'))));
        assert.deepEqual(
          rows.map(({ definition }) => definition),
          definitions,
        );
        writeDefinitions(table, rows);
        assert.deepEqual(readDefinitions(table), rows);
      }),
    );
  });
});

describe('readDefinitions', () => {
  const row: DefinitionRow = { go_id: 'GO:1', name: '', aspect: 'x', definition: 'One.', def_word_count: 1 };

  it('reads a table with other columns, in another order and with CRLF', () => {
    const path = write('other.csv', 'definition,go_id,aspect,name,def_word_count\r\nOne.,GO:1,x,,1\r\n');
    assert.deepEqual(readDefinitions(path), [row]);
  });

  it('names file, line and column of what it cannot read', () => {
    const refuses = (content: string, message: RegExp) =>
      assert.throws(() => readDefinitions(write('bad.csv', content)), { name: 'InputError', message });
    refuses('', /bad\.csv: is empty/);
    refuses('go_id,name,aspect,definition\n', /bad\.csv line 1: the table has no column def_word_count/);
    const header = 'go_id,name,aspect,definition,def_word_count\n';
    refuses(`${header}GO:1,,x,One.,many\n`, /bad\.csv line 2: def_word_count is "many"/);
    refuses(`${header}GO:1,,x,One, two.,2\n`, /bad\.csv line 2: has 6 cells/);
    refuses(`${header}GO:1,,x,"One.,2\n`, /bad\.csv line 2: malformed CSV/);
  });
});
