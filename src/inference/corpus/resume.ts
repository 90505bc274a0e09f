import { statSync } from 'node:fs';
import { counted, InputError, readLines } from '../../foundation';
import type { Entity } from '../create-annotator';
import type { OffsetUnit } from './article-of-text';
import { fsPath } from './file-path';
import { fingerprintOf } from './fingerprint';
import type { InputFile } from './list';
import { companionsOf, type ResumableOutput } from './output';
import type { Source } from './sources';
import type { Work } from './work';

/**
 * Yields the sources that a stopped run had not finished. Finished ones are read again and compared by content.
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
  const anew = `delete ${companionsOf(path).slice(0, 3).join(', ')} to start again`;
  const fingerprints = output.fingerprints();
  let seen = 0;
  for await (const source of sources) {
    if (seen++ >= done) yield source;
    else if (!fingerprints.next().value?.equals(fingerprintOf(source)))
      throw new InputError(
        `${source.place}: was changed since the stopped run read it; restore it, or ${anew}`,
      );
  }
  if (seen < done)
    throw new InputError(
      `the inputs contain ${counted(seen, 'document')}, but the stopped run had processed ${done}; give the same inputs, or ${anew}`,
    );
}

/**
 * Checks that a complete output matches these inputs: it has their documents in order, its mentions occur in them, and no file was
 * changed later. No model runs.
 *
 * @throws InputError that names what differs
 */
export async function checkWhole(
  path: string,
  files: readonly Pick<InputFile, 'path' | 'place'>[],
  sources: AsyncIterable<Source>,
  work: Work,
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
      `${path}: is complete, but was made from other inputs (${what}); choose another --out, or remove it to ${work.kind} again`,
    );
  let line = next();
  for await (const source of sources) {
    const expected = linesExpected(source);
    if (expected.length === 0 || (await isDamaged(source, line, work))) continue;
    for (const { id, text } of expected) {
      const found = parsed(line, work);
      if (!found || (id !== undefined && found.id !== id))
        throw differs(`line ${number} is not that of ${source.place}`);
      if (text !== undefined && work.kind === 'annotate' && !standsIn(found.entities, text, work.offsets))
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

/** Id and text of each output line of a source, if known before it is read. */
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

/** A source that does not match the next line may be damaged and have no line. */
async function isDamaged(source: Source, line: string | undefined, work: Work): Promise<boolean> {
  if (work.kind === 'classify') return false; // texts are read and checked as sources
  const [{ id }] = linesExpected(source);
  if (id !== undefined && parsed(line, work)?.id === id) return false;
  // Loaded on demand: workers read articles, this thread almost never does.
  const { readArticle } = await import('./article.js');
  try {
    readArticle(source);
    return false;
  } catch (error) {
    if (error instanceof InputError) return true;
    throw error;
  }
}

/** A line of output; lines of classified texts have no mentions. */
function parsed(line: string | undefined, { kind }: Work): { id: string; entities: Entity[] } | undefined {
  try {
    const { id, entities, label, labels } = JSON.parse(line ?? '') as Record<string, unknown>;
    const isOutput = kind === 'annotate' ? Array.isArray(entities) : (label ?? labels) !== undefined;
    return isOutput ? { id: id as string, entities: (entities ?? []) as Entity[] } : undefined;
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
