import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fieldsOf, InputError, readTextFile, writeFileAtomically } from '../../foundation';
import { definitionOf, type EncoderConfiguration, type LabelNetwork } from '../../nn';
import { labelTaskOf, type Task, withTask } from '../../tasks';
import { completeConfiguration, readTokenizerFile, Tokenizer, type TokenizerFile } from '../../tokenization';
import { textsOfFile } from '../../training';
import { takeRows } from '../take-rows';
import { accountFor, type TokenizationAccount } from './account';
import { chooseTokens, keepTokens, type Needed } from './vocabulary';

export type { TokenizationAccount } from './account';

export interface TrimOptions {
  /** Texts of the domain: sentences (.jsonl), or plain text with one paragraph per line. */
  texts: string[];
  /** Files of the same formats, for counting the cost of trimming. */
  heldOut: string[];
  /** Maximum number of tokens to keep; by default all that occur in the texts. */
  size?: number;
}

export interface TrimReport {
  vocabulary: { before: number; after: number };
  parameters: { before: number; after: number };
  /** Number of tokens counted in the texts, and of those that are kept. */
  counted: number;
  covered: number;
  heldOut: Record<string, TokenizationAccount>;
}

/**
 * Writes a model without the tokens that texts of its domain do not use (or use least). Texts without the removed tokens get
 * bit-identical answers; others are spelled with more tokens, which the report counts.
 *
 * @throws InputError if the folder is not a tagger or classifier with a WordPiece tokenizer, or the size is too small
 */
export async function trimVocabulary(
  folder: string,
  out: string,
  { texts, heldOut, size }: TrimOptions,
): Promise<TrimReport> {
  if (resolve(folder) === resolve(out))
    throw new InputError(`${out}: is the model's own folder; choose another one for the trimmed model`);
  return withTask(labelTaskOf(folder), (task) => trimTask(task, folder, out, { texts, heldOut, size }));
}

async function trimTask<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  folder: string,
  out: string,
  { texts, heldOut, size }: TrimOptions,
): Promise<TrimReport> {
  const before = new Tokenizer(folder);
  const read = readTokenizerFile(folder);
  // The library numbers added tokens itself, whatever the file says.
  const added = read.added_tokens?.map((token) => ({ ...token, id: before.idOf(token.content)! }));
  const file: TokenizerFile = { ...read, added_tokens: added };
  if (file.model.type === 'BPE')
    throw new InputError(
      `${folder}: its byte-level BPE tokenizer makes each token from shorter ones, so that none can be left out alone; only WordPiece vocabularies can be trimmed`,
    );
  const uses = await countUses(texts, before);
  const heldOutTexts = heldOut.map((name): [string, string[]] => [name, readTexts(name)]);
  const configuration = task.readConfiguration(folder);
  const { encoder } = configuration;
  const kept = chooseTokens(file, neededBy(encoder, before), uses, size, folder);

  const model = task.load(folder);
  const name = `${definitionOf(encoder).prefix}.embeddings.word_embeddings.weight`;
  const tensors = model.parameters.snapshot();
  tensors.set(name, takeRows(tensors.get(name)!, kept));
  const temporary = mkdtempSync(join(tmpdir(), 'falconframes-trim-'));
  try {
    writeTokenizer(folder, temporary, keepTokens(file, kept), kept);
    const padding = kept.indexOf(encoder.paddingId);
    // A configuration may name an id without a token.
    const paddingId = padding < 0 ? encoder.paddingId : padding;
    const trimmed = task.build(
      {
        ...configuration,
        encoder: { ...encoder, vocabularySize: kept.length, paddingId },
      },
      temporary,
      tensors,
    );
    const after = new Tokenizer(temporary);
    const accounts: [string, TokenizationAccount][] = [];
    for (const [own, content] of heldOutTexts) accounts.push([own, await accountFor(content, before, after)]);
    const sumOf = (ids: Iterable<number>) => [...ids].reduce((sum, id) => sum + (uses.get(id) ?? 0), 0);
    const report: TrimReport = {
      vocabulary: { before: encoder.vocabularySize, after: kept.length },
      parameters: { before: model.parameters.count, after: trimmed.parameters.count },
      counted: sumOf(uses.keys()),
      covered: sumOf(kept),
      heldOut: Object.fromEntries(accounts),
    };
    trimmed.save(out);
    writeFileAtomically(join(out, 'trim.json'), `${JSON.stringify(report, null, 2)}\n`);
    trimmed.dispose();
    return report;
  } finally {
    model.dispose();
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The padding token keeps its id if positions are counted from it, as in RoBERTa. */
function neededBy(encoder: EncoderConfiguration, { special }: Tokenizer): Needed {
  const { paddingId } = encoder;
  const { firstPosition } = definitionOf(encoder);
  const isCounted = firstPosition(paddingId) !== firstPosition(paddingId + 1);
  return {
    special: new Set([...special.ids, paddingId]),
    fixedBelow: isCounted ? paddingId : 0,
  };
}

/** Reads the texts of a JSONL file, with any labels, or the lines of a text file. */
function readTexts(path: string): string[] {
  if (/\.jsonl(\.gz)?$/.test(path)) return textsOfFile(path);
  return readTextFile(path)
    .split('\n')
    .filter((line) => line.trim() !== '');
}

async function countUses(files: readonly string[], tokenizer: Tokenizer): Promise<Map<number, number>> {
  const uses = new Map<number, number>();
  for (const { ids } of await tokenizer.encode(files.flatMap(readTexts)))
    for (const id of ids) uses.set(id, (uses.get(id) ?? 0) + 1);
  if (uses.size === 0)
    throw new InputError(`${files.join(', ')}: no text to count tokens in; name files of the domain`);
  return uses;
}

/**
 * Writes the tokenizer files that other programs read: vocab.txt, if present, has one token per line in the order of the ids.
 *
 * @param kept former ids of the tokens, in the order of the new ones
 */
function writeTokenizer(
  source: string,
  folder: string,
  tokenizer: TokenizerFile,
  kept: readonly number[],
): void {
  const write = (name: string, content: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(content));
  write('tokenizer.json', tokenizer);
  const configuration = completeConfiguration(source);
  const listed = configuration.added_tokens_decoder;
  if (listed === undefined) write('tokenizer_config.json', configuration);
  else {
    const numbers = new Map(kept.map((id, index) => [String(id), index]));
    const tokens = Object.entries(fieldsOf(listed)).flatMap(([id, token]) =>
      numbers.has(id) ? [[numbers.get(id), token]] : [],
    );
    write('tokenizer_config.json', { ...configuration, added_tokens_decoder: Object.fromEntries(tokens) });
  }
  if (existsSync(join(source, 'special_tokens_map.json')))
    copyFileSync(join(source, 'special_tokens_map.json'), join(folder, 'special_tokens_map.json'));
  if (existsSync(join(source, 'vocab.txt'))) {
    // Sorted, because an object lists integer keys, such as "0", before all others.
    const tokens = Object.entries(tokenizer.model.vocab).sort(([, one], [, other]) => one - other);
    writeFileSync(join(folder, 'vocab.txt'), tokens.map(([token]) => `${token}\n`).join(''));
  }
}
