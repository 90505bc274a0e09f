import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Ontology } from './ontology';
import { readOntology } from './read-ontology';

/** Returns a function that writes files into a folder that is removed after the tests. */
export function temporaryFiles(): (name: string, content: string | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), 'falconframes-ontology-'));
  after(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
}

/** Escapes a text so that it can stand between the quotes of OBO. */
export function escapeObo(text: string): string {
  return text.replace(/[\\"\n\t]/g, (character) =>
    character === '\n' ? '\\n' : character === '\t' ? '\\t' : `\\${character}`,
  );
}

/** Makes an ontology from each term's parents; `name` and definition are made from the id. */
export function ontologyOf(
  write: (name: string, content: string) => string,
  parents: Record<string, readonly string[]>,
  namespaceOf: (id: string) => string = () => 'process',
): Ontology {
  const stanzas = Object.entries(parents).map(([id, above]) =>
    [
      '[Term]',
      `id: ${id}`,
      `name: name of ${id}`,
      `namespace: ${namespaceOf(id)}`,
      `def: "What ${id} is." []`,
      ...above.map((parent) => `is_a: ${parent} ! name of ${parent}`),
    ].join('\n'),
  );
  return readOntology(write('graph.obo', `format-version: 1.2\n\n${stanzas.join('\n\n')}\n`));
}
