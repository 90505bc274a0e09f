/**
 * `npm run bench -- word-piece [--sentences N] [--json]`: the tokenizer of the page, in JavaScript, against the native library, on
 * sentences of the open-access articles in FALCONFRAMES_MIRROR (default 20,000, evenly taken from all), with the tokenizer of the
 * package's models.
 *
 * `different` counts sentences whose tokens, offsets or words differ in any place; `ratio` is the time of the one in JavaScript divided
 * by that of the native library on one thread, the median of 5 alternating rounds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { splitSentences } from '../corpora';
import { DEFAULT_MODEL } from '../inference';
import { mirrorArticles } from '../page/mirror-articles.fixture';
import { Tokenizer } from './tokenizer';
import { WordPieceTokenizer } from './word-piece';

const ROUNDS = 5;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { sentences: { type: 'string' }, json: { type: 'boolean' } } });
  const wanted = Number(values.sentences ?? 20_000);
  process.env.TOKENIZERS_PARALLELISM = 'false';
  const all = mirrorArticles().flatMap((text) =>
    splitSentences(text).map(({ start, end }) => text.slice(start, end)),
  );
  const step = Math.max(1, all.length / wanted);
  const sentences = Array.from(
    { length: Math.min(wanted, all.length) },
    (_, index) => all[Math.floor(index * step)],
  );
  const path = join(DEFAULT_MODEL, 'tokenizer.json');
  const own = new WordPieceTokenizer(JSON.parse(readFileSync(path, 'utf8')), path);
  const native = new Tokenizer(DEFAULT_MODEL);
  const [found, expected] = [await own.encode(sentences), await native.encode(sentences)];
  const arrays = ['ids', 'starts', 'ends', 'words'] as const;
  const different = sentences.filter((_, index) =>
    arrays.some((name) => found[index][name].join() !== expected[index][name].join()),
  );
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await own.encode(sentences);
    const between = performance.now();
    await native.encode(sentences);
    ratios.push((between - start) / (performance.now() - between));
  }
  const result = {
    sentences: sentences.length,
    tokens: expected.reduce((sum, { ids }) => sum + ids.length, 0),
    beyondAscii: sentences.filter((text) => /[^\0-\x7f]/.test(text)).length,
    different: different.length,
    ratio: ratios.sort((one, other) => one - other)[ROUNDS >> 1],
  };
  if (values.json) return console.log(JSON.stringify(result, null, 2));
  console.log(
    `${result.sentences} sentences (${result.beyondAscii} with characters beyond ASCII), ${result.tokens} tokens`,
  );
  console.log(`${result.different} sentences differ from the native library`);
  console.log(`${result.ratio.toFixed(2)} times its duration on one thread`);
  for (const text of different.slice(0, 5)) console.log(`  ${JSON.stringify(text.slice(0, 200))}`);
}

main().catch((error: Error) => {
  console.error(`bench: ${error.name === 'InputError' ? error.message : error.stack}`);
  process.exit(1);
});
