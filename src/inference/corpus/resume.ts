import { statSync } from 'node:fs';
import { InputError, readLines } from '../../foundation';
import type { Entity } from '../annotator';
import type { OffsetUnit } from './article';
import { fsPath } from './file-path';
import { fingerprintOf } from './fingerprint';
import type { InputFile } from './list';
import { companionsOf, type ResumableOutput } from './output';
import type { Source } from './sources';

/**
 * The sources that a stopped run had not finished. Those that it had are read again and compared by their content.
 *
 * @param path of the output
 * @throws InputError that names what differs
 */
export async function* sourcesBehind(
  output: Pick<ResumableOutput, 'totals' | 'fingerprints'>,
  sources: AsyncIterable<Source>,
  path: string,
): AsyncGenerator<Source> {
  const done = output.totals.sources;
  const anew = `delete ${companionsOf(path).slice(0, 3).join(', ')} to start anew`;
  const fingerprints = output.fingerprints();
  let seen = 0;
  for await (const source of sources) {
    if (seen++ >= done) yield source;
    else if (!fingerprints.next().value?.equals(fingerprintOf(source)))
      throw new InputError(`${source.place}: is not what the stopped run read there; restore it, or ${anew}`);
  }
  if (seen < done)
    throw new InputError(
      `the inputs hold ${seen} documents, the stopped run had done ${done}; give the same, or ${anew}`,
    );
}

/**
 * Checks that a complete output can come from these inputs: it has their documents in their order, its mentions stand in them, and
 * none of the files was changed later. Nothing is annotated.
 *
 * @throws InputError that names what differs
 */
export async function checkWhole(
  path: string,
  files: readonly InputFile[],
  sources: AsyncIterable<Source>,
  offsets: OffsetUnit,
): Promise<void> {
  const lines = readLines(path);
  const finished = statSync(path).mtimeMs;
  let number = 0;
  const next = () => {
    number++;
    return lines.next().value as string | undefined;
  };
  const differs = (what: string) =>
    new InputError(
      `${path}: is complete, but was made from other inputs (${what}); choose another --out, or remove it to annotate again`,
    );
  let line = next();
  for await (const source of sources) {
    const expected = linesExpected(source);
    if (expected.length === 0 || (await isDamaged(source, line))) continue;
    for (const { id, text } of expected) {
      const found = parsed(line);
      if (!found || (id !== undefined && found.id !== id))
        throw differs(`line ${number} is not that of ${source.place}`);
      if (text !== undefined && !standsIn(found.entities, text, offsets))
        throw differs(`line ${number} has mentions that are not in ${source.place}`);
      line = next();
    }
  }
  if (line !== undefined) throw differs(`line ${number} belongs to none of them`);
  const changed = files.find(
    ({ path }) => (statSync(fsPath(path), { throwIfNoEntry: false })?.mtimeMs ?? 0) > finished,
  );
  if (changed) throw differs(`${changed.place} was changed later`);
}

/** Id and text of each line that a source makes, where they are known before it is read. */
function linesExpected(source: Source): { id?: string; text?: string }[] {
  switch (source.kind) {
    case 'damaged':
      return [];
    case 'document':
      return [{ id: source.id, text: source.text }];
    case 'sentences':
      return source.sentences.map(({ text }) => ({ id: source.article, text }));
    case 'content':
      return [{ id: source.isOwnId ? undefined : source.id }];
    case 'file':
      return [{ id: source.format === 'collected' ? undefined : source.id }];
  }
}

/** A source that is not in the next line may be a damaged one, which made none. */
async function isDamaged(source: Source, line: string | undefined): Promise<boolean> {
  const [{ id }] = linesExpected(source);
  if (id !== undefined && parsed(line)?.id === id) return false;
  // Loaded when it is needed: workers read articles, this thread almost never does.
  const { readArticle } = await import('./article.js');
  try {
    readArticle(source);
    return false;
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}

function parsed(line: string | undefined): { id: string; entities: Entity[] } | undefined {
  try {
    const value = JSON.parse(line ?? '') as { id: string; entities: Entity[] };
    return Array.isArray(value?.entities) ? value : undefined;
  } catch {
    return undefined;
  }
}

function standsIn(entities: readonly Entity[], text: string, offsets: OffsetUnit): boolean {
  if (offsets === 'utf16')
    return entities.every((entity) => text.slice(entity.start, entity.end) === entity.text);
  const points = Array.from(text);
  return entities.every((entity) => points.slice(entity.start, entity.end).join('') === entity.text);
}
