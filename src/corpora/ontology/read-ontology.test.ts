import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { temporaryFiles } from './obo.fixture';
import { readOntology } from './read-ontology';

const write = temporaryFiles();
const read = (content: string | Uint8Array) => readOntology(write('trial.obo', content));
const refuses = (content: string | Uint8Array, message: RegExp) =>
  assert.throws(() => read(content), { name: 'InputError', message });

const HEADER = 'format-version: 1.2\ndata-version: releases/2022-07-01 ! the release\nontology: go\n';
const term = (id: string, ...lines: string[]) => `\n[Term]\nid: ${id}\n${lines.join('\n')}\n`;

describe('readOntology', () => {
  it('reads names, definitions, references, synonyms with scopes, former ids and edges', () => {
    const { terms, dataVersion, counts, skipped, byId } = read(
      HEADER +
        term('GO:1', 'name: root', 'namespace: biological_process', 'def: "The root." [GOC:ai]') +
        term(
          'GO:2 ! a comment',
          'name: a 2\\,3-child ! not part of it',
          'namespace: biological_process {source="x"}',
          'alt_id: GO:20',
          'def: "Says \\"yes\\"; 5\' \\\\ 3\'\\, a\\:b\\nsecond line {kept} ! kept" [GOC:ai "a [person], at GO", PMID:12\\:3] {source="GOC:x"} ! dropped',
          'synonym: "say \\"yes\\"" EXACT []',
          'synonym: "broad one" BROAD systematic_synonym [GOC:ai]',
          'synonym: "no scope" []',
          'narrow_synonym: "old form" []',
          'xref: EC:1.1.1.1',
          'is_a: GO:1 {is_inferred="true"} ! root',
          'relationship: part_of GO:1 ! root',
          'relationship: regulates GO:3',
          'intersection_of: GO:1',
          'is_obsolete: false',
        ) +
        term('GO:3', 'name: plain', 'namespace: molecular_function', 'is_a: GO:20 ! by a former id') +
        '\n[Typedef]\nid: part_of\nname: part of\nis_transitive: true\n\n[Instance]\nid: x\nname: y\n',
    );
    assert.equal(dataVersion, 'releases/2022-07-01');
    assert.deepEqual(
      terms.map(({ id, name }) => [id, name]),
      [
        ['GO:1', 'root'],
        ['GO:2', 'a 2,3-child'],
        ['GO:3', 'plain'],
      ],
    );
    const second = byId.get('GO:2')!;
    assert.equal(second, terms[1]);
    assert.equal(second.definition, 'Says "yes"; 5\' \\ 3\', a:b\nsecond line {kept} ! kept');
    assert.deepEqual(second.references, ['GOC:ai', 'PMID:12:3']);
    assert.deepEqual(second.synonyms, [
      { text: 'say "yes"', scope: 'EXACT' },
      { text: 'broad one', scope: 'BROAD' },
      { text: 'no scope', scope: 'RELATED' },
      { text: 'old form', scope: 'NARROW' },
    ]);
    assert.deepEqual(second.alternativeIds, ['GO:20']);
    assert.equal(second.namespace, 'biological_process');
    assert.deepEqual(second.edges, [
      { relation: 'is_a', target: 'GO:1' },
      { relation: 'part_of', target: 'GO:1' },
      { relation: 'regulates', target: 'GO:3' },
    ]);
    assert.deepEqual(byId.get('GO:3')!.edges, [{ relation: 'is_a', target: 'GO:2' }]);
    assert.deepEqual(counts, {
      terms: 3,
      obsolete: 0,
      withoutDefinition: 1,
      byNamespace: { biological_process: 2, molecular_function: 1 },
      edges: { is_a: 2, part_of: 1, regulates: 1 },
    });
    assert.deepEqual(skipped, []);
    assert.deepEqual(terms[0].lines, [
      '[Term]',
      'id: GO:1',
      'name: root',
      'namespace: biological_process',
      'def: "The root." [GOC:ai]',
    ]);
  });

  it('skips, counts and names what cannot be used', () => {
    const { terms, counts, skipped, byId } = read(
      HEADER +
        term('GO:1', 'name: first', 'def: "One." []', 'def: "Another." []', 'name: again') +
        term('GO:1', 'name: a copy', 'def: "A copy." []') +
        term('GO:2', 'name: second', 'def: "not closed \\" []', 'comment:', 'is_a: GO:9 ! absent') +
        term('GO:3', 'name: gone', 'is_obsolete: true', 'def: "Gone." []') +
        term('GO:4', 'is_a: GO:3', 'is_a: GO:1', 'is_a: GO:1 ! again', 'relationship: part_of', 'no tag') +
        '\n[Term]\nname: nameless\n' +
        term('GO:5', 'name: empty', 'def: "  " []', 'synonym: none', 'is_a: {x="y"}', 'id: GO:50'),
    );
    assert.deepEqual(
      terms.map(({ id, name, definition }) => [id, name, definition]),
      [
        ['GO:1', 'first', 'One.'],
        ['GO:2', 'second', null],
        ['GO:4', '', null],
        ['GO:5', 'empty', null],
      ],
    );
    assert.deepEqual(byId.get('GO:4')!.edges, [{ relation: 'is_a', target: 'GO:1' }]);
    assert.deepEqual([counts.terms, counts.obsolete, counts.withoutDefinition], [4, 1, 3]);
    const found = Object.fromEntries(
      skipped.map(({ reason, count, examples }) => [reason, [count, ...examples]]),
    );
    assert.deepEqual(found, {
      'a second definition of a term': [1, 'line 9'],
      'a second name in a term': [1, 'line 10'],
      'a second term with the same id': [1, 'GO:1 in line 12'],
      'a definition whose quotes are missing or not closed': [1, 'line 20'],
      'a tag without a value': [1, 'line 21'],
      'an edge to a term that is not in the file': [1, 'GO:2 is_a GO:9'],
      'an edge to an obsolete term': [1, 'GO:4 is_a GO:3'],
      'a repeated edge': [1, 'GO:4 is_a GO:1'],
      'an edge without a target': [2, 'line 35', 'line 46'],
      'a line without a tag': [1, 'line 36'],
      'a term without an id': [1, 'line 38'],
      'an empty definition': [1, 'line 44'],
      'a synonym whose quotes are missing or not closed': [1, 'line 45'],
      'a second id in a term': [1, 'line 47'],
    });
  });

  it('names five examples of many', () => {
    const [{ count, examples }] = read(
      HEADER + term('GO:1', ...Array.from({ length: 9 }, (_, index) => `is_a: GO:9${index}`)),
    ).skipped;
    assert.deepEqual([count, examples.length], [9, 5]);
  });

  it('takes the namespace of the header where a term has none', () => {
    const namespaceIn = (header: string) => read(`${header}\n${term('X:1', 'name: x')}`).terms[0].namespace;
    assert.equal(namespaceIn('default-namespace: cell ! comment\nontology: cl'), 'cell');
    assert.equal(namespaceIn('ontology: cl'), 'cl');
    assert.equal(namespaceIn('format-version: 1.2'), '');
  });

  it('finds a cycle of is_a, and no cycle in other relations or in a diamond', () => {
    const edge = (id: string, ...lines: string[]) => term(id, `name: ${id}`, ...lines);
    const diamond =
      edge('A:1') + edge('A:2', 'is_a: A:1') + edge('A:3', 'is_a: A:1', 'relationship: part_of A:4');
    assert.equal(read(diamond + edge('A:4', 'is_a: A:2', 'is_a: A:3')).cycle, null);
    const { cycle } = read(
      edge('A:0', 'is_a: A:1') +
        edge('A:1', 'is_a: A:2') +
        edge('A:2', 'is_a: A:3') +
        edge('A:3', 'is_a: A:1'),
    );
    assert.deepEqual(cycle, ['A:1', 'A:2', 'A:3']);
    assert.deepEqual(read(edge('A:0', 'is_a: A:0')).cycle, ['A:0']);
  });

  it('reads a chain of 50,000 terms without exhausting the stack', () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => term(`A:${index}`, `is_a: A:${index + 1}`));
    const { counts, cycle } = read(lines.join(''));
    assert.deepEqual([counts.edges.is_a, cycle], [49_999, null]);
  });

  it('reads CRLF, comments, continued lines, UTF-16, a byte order mark and gzip alike', () => {
    const text = `${HEADER}! a comment\n${term('GO:1', 'name: caf\u00e9', 'def: "One \\\ntwo." []')}`;
    const expected = read(text).terms;
    assert.equal(expected[0].definition, 'One two.');
    assert.equal(expected[0].name, 'café');
    for (const content of [
      text.replaceAll('\n', '\r\n'),
      `\ufeff${text}`,
      Buffer.from(`\ufeff${text}`, 'utf16le'),
      gzipSync(text),
    ])
      assert.deepEqual(read(content).terms, expected);
  });

  it('refuses what is not an ontology with terms in use, and says what to give', () => {
    refuses('', /trial\.obo: is empty; give an ontology in OBO/);
    refuses('\n\n', /is empty/);
    refuses(
      '<?xml version="1.0"?>\n<rdf:RDF/>',
      /begins with "<\?xml version="1\.0"\?>" and has no \[Term\] stanza.*\.obo file/,
    );
    refuses('id,name\n1,x', /begins with "id,name" and has no \[Term\]/);
    refuses(HEADER, /has no \[Term\] stanza/);
    refuses(`${HEADER}[Typedef]\nid: part_of\n`, /has no \[Term\] stanza/);
    refuses(HEADER + term('GO:1', 'is_obsolete: true'), /all of its terms \(1\) are obsolete/);
    refuses(Buffer.from(`${HEADER}${term('GO:1', 'name: caf\u00e9')}`, 'latin1'), /line 7: not UTF-8/);
    refuses('%PDF-1.4', /is a PDF/);
    assert.throws(() => readOntology('/no/such.obo'), { name: 'InputError', message: /no such file/ });
  });
});
