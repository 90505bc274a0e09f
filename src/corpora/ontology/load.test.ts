import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, it } from 'node:test';
import { mirrorFolder, projectRoot } from '../../foundation';
import { definitionTexts, readDefinitions, writeDefinitions } from './definitions';
import { mostConnected } from './graph';
import { loadGeneOntology } from './load';

const mirror = mirrorFolder();
const environment = { ...process.env };
const root = mkdtempSync(join(tmpdir(), 'falconframes-go-'));
process.env.FALCONFRAMES_CACHE = join(root, 'cache');
const mirrorBefore = process.env.FALCONFRAMES_MIRROR;
afterEach(() => {
  if (mirrorBefore) process.env.FALCONFRAMES_MIRROR = mirrorBefore;
});
after(() => {
  process.env = environment;
  rmSync(root, { recursive: true });
});

const TINY = '[Term]\nid: GO:1\nname: x\n';

describe('loadGeneOntology', () => {
  it('reads the pinned release of the mirror', { skip: mirror ? false : 'needs FALCONFRAMES_MIRROR' }, () => {
    const { ontology, kind, path } = loadGeneOntology();
    assert.deepEqual([kind, path], ['mirror', join(mirror!, 'go', 'go-basic.obo')]);
    assert.equal(ontology.dataVersion, 'releases/2022-07-01');
    assert.deepEqual(ontology.counts, {
      terms: 43_558,
      obsolete: 0,
      withoutDefinition: 8418,
      byNamespace: { biological_process: 28_140, cellular_component: 4180, molecular_function: 11_238 },
      edges: {
        is_a: 70_058,
        part_of: 6997,
        regulates: 3184,
        negatively_regulates: 2742,
        positively_regulates: 2732,
      },
    });
    assert.deepEqual([ontology.skipped, ontology.cycle], [[], null]);
    assert.ok(
      ontology.terms.every(({ id, definition }) => definition !== null || id > 'GO:0120157'),
      'only terms above GO:0120157 lack a definition',
    );
    assert.deepEqual(
      mostConnected(ontology, 3).nodes.map(({ term, degree }) => [term.id, degree]),
      [
        ['GO:0110165', 427],
        ['GO:0016616', 348],
        ['GO:0016709', 292],
      ],
    );
    const rows = definitionTexts(ontology);
    const aspects = ['biological_process', 'cellular_component', 'molecular_function'];
    assert.deepEqual(
      aspects.map((aspect) => rows.filter((row) => row.aspect === aspect).length),
      [20_936, 3624, 10_580],
    );
    const words = rows.map(({ def_word_count }) => def_word_count).sort((one, other) => one - other);
    assert.deepEqual([words[words.length >> 1], words.at(-1)], [22, 207]);
    const table = join(root, 'data', 'go_df.csv');
    writeDefinitions(table, rows);
    assert.deepEqual(readDefinitions(table), rows);
  });

  it('reads the given file of any release', () => {
    const path = join(root, 'own.obo');
    writeFileSync(path, TINY);
    const { ontology, kind, path: read } = loadGeneOntology({ file: path, data: 'gold' });
    assert.deepEqual([ontology.counts.terms, kind, read], [1, 'file', path]);
  });

  it('refuses a mirror that is not the pinned release', () => {
    mkdirSync(join(root, 'mirror', 'go'), { recursive: true });
    writeFileSync(join(root, 'mirror', 'go', 'go-basic.obo'), TINY);
    process.env.FALCONFRAMES_MIRROR = join(root, 'mirror');
    assert.throws(() => loadGeneOntology(), {
      name: 'InputError',
      message:
        /go: a file differs from the published checksum; restore the folder from where it was collected$/,
    });
  });

  it('without data, says in one sentence what to download', () => {
    process.env.FALCONFRAMES_MIRROR = join(root, 'absent');
    assert.throws(() => loadGeneOntology({ data: 'gold' }), {
      name: 'InputError',
      message:
        /^Gene Ontology of 2022-07-01: not found; download .* from http:\/\/purl\.obolibrary\.org\/obo\/go\/go-basic\.obo \(about 30 MB\) and give go-basic\.obo as `file`, or as --corpus of `falconframes reproduce`, or set FALCONFRAMES_MIRROR to a folder that has "go" in it$/,
    });
  });

  const sample = join(projectRoot, 'data', 'sample', 'go_sample.obo');
  it('takes the sample', { skip: existsSync(sample) ? false : 'needs data/sample/go_sample.obo' }, () => {
    process.env.FALCONFRAMES_MIRROR = join(root, 'absent');
    const { ontology, kind, path } = loadGeneOntology();
    assert.deepEqual([kind, path], ['sample', sample]);
    assert.deepEqual(Object.keys(ontology.counts.byNamespace), [
      'biological_process',
      'cellular_component',
      'molecular_function',
    ]);
    assert.ok(definitionTexts(ontology).length > 0);
  });
});
