/**
 * `npm run bench -- scoring [--tags FILE] [--json]`: scoring speed against Python's seqeval, which is installed in a separate environment on first use.
 *
 * - Tag sequences: 8,000 sentences of 25 tokens with four classes in IOB2, and predictions that differ in a tenth of the tags;
 *   `classificationReport` and seqeval's `classification_report` on the same lists in memory, in default and in strict mode;
 *   the median of `ROUNDS` alternating rounds, ours after one warm-up round. Both must give the same report. With --tags, the tags of a JSON
 *   file {"gold": [[…]], "predicted": [[…]]} instead, such as the study of CoNLL++ writes (`test-tags.json`).
 * - Sentences: 100,000 of 25 tokens with probabilities and spans, one core: strict, partial and token scores.
 *
 * With --json, one object: `tokens`, `seconds` by mode and contender, `ratio_default`, `ratio_strict` (seqeval's time by
 * ours), `same_reports`, `sentences_100000_seconds`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { createRandom, projectRoot, type Random, readJsonObject, type Sentence } from '../foundation';
import type { TaggedText } from '../tasks';
import { scoreSpans, scoreTokens, tokenOutcomes } from '../tasks';
import { scorePartialMatches } from './partial-match';
import {
  classificationReport,
  type SequenceOptions,
  type SequenceScore,
} from './sequences/classification-report';

const ROUNDS = 5;
const SENTENCES = 8_000;
const LENGTH = 25;
/** Bytes. */
const LARGEST_FILE = 1 << 28;
const LABELS = ['Gene Mutations', 'Cell', 'Cell Line', 'Organ Tissue'];

type Mode = 'default' | 'strict';
const MODES: Record<Mode, SequenceOptions> = { default: {}, strict: { mode: 'strict', scheme: 'IOB2' } };

function main(): void {
  const { values } = parseArgs({ options: { tags: { type: 'string' }, json: { type: 'boolean' } } });
  const random = createRandom(6);
  const { gold, predicted } = values.tags === undefined ? simulatedTags(random) : readTags(values.tags);
  const ours: Timed[] = [];
  const theirs: Timed[] = [];
  const python = preparedPython();
  timeOurs(gold, predicted);
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(timeOurs(gold, predicted));
    theirs.push(timeSeqeval(python, gold, predicted));
  }
  const compare = (mode: Mode) => {
    const [falconframes, seqeval] = [ours, theirs].map((rounds) =>
      median(rounds.map((round) => round[mode].seconds)),
    );
    return {
      seconds: { falconframes, seqeval },
      ratio: seqeval / falconframes,
      same: isDeepStrictEqual(ours[0][mode].report, theirs[0][mode].report),
    };
  };
  const [loose, strict] = [compare('default'), compare('strict')];
  const result = {
    tokens: gold.flat().length,
    seconds: { default: loose.seconds, strict: strict.seconds },
    ratio_default: loose.ratio,
    ratio_strict: strict.ratio,
    same_reports: loose.same && strict.same,
    sentences_100000_seconds: timeSentences(random, 100_000),
  };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(`${result.tokens} tokens; reports ${result.same_reports ? 'are the same' : 'DIFFER'}`);
    for (const mode of ['default', 'strict'] as const) {
      const { falconframes, seqeval } = result.seconds[mode];
      console.log(
        `${mode}: ${falconframes.toFixed(4)} s, seqeval ${seqeval.toFixed(2)} s, ${(seqeval / falconframes).toFixed(0)} times`,
      );
    }
    console.log(
      `100,000 sentences with spans and probabilities: ${result.sentences_100000_seconds.toFixed(2)} s`,
    );
  }
}

interface Tags {
  gold: string[][];
  predicted: string[][];
}

function readTags(path: string): Tags {
  const { gold, predicted } = readJsonObject(path, 'the tags of sentences', LARGEST_FILE) as Partial<Tags>;
  if (!gold || !predicted)
    throw new Error(`${path}: has no "gold" or no "predicted"; give both, a list of tags per sentence`);
  return { gold, predicted };
}

function simulatedTags(random: Random): Tags {
  const gold = Array.from({ length: SENTENCES }, () => tagsOf(random));
  const predicted = gold.map((tags) => {
    const other = tagsOf(random);
    return tags.map((tag, token) => (random.next() < 0.1 ? other[token] : tag));
  });
  return { gold, predicted };
}

function tagsOf(random: Random): string[] {
  const tags: string[] = [];
  while (tags.length < LENGTH) {
    const label = LABELS[random.below(LABELS.length)];
    if (random.next() < 0.8) tags.push('O');
    else tags.push(`B-${label}`, ...Array<string>(random.below(3)).fill(`I-${label}`));
  }
  return tags.slice(0, LENGTH);
}

/** Results of one round. */
type Timed = Record<Mode, { seconds: number; report: Record<string, SequenceScore> }>;

function timeOurs(gold: string[][], predicted: string[][]): Timed {
  const timed = (mode: Mode) => {
    const start = performance.now();
    const report = classificationReport(gold, predicted, MODES[mode]);
    return { seconds: (performance.now() - start) / 1000, report };
  };
  return { default: timed('default'), strict: timed('strict') };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function timeSeqeval(python: string, gold: string[][], predicted: string[][]): Timed {
  const folder = mkdtempSync(join(tmpdir(), 'scoring-bench-'));
  try {
    const file = join(folder, 'sequences.json');
    writeFileSync(file, JSON.stringify({ gold, predicted }));
    const script = join(projectRoot, 'environment', 'bench', 'seqeval_scoring.py');
    return JSON.parse(run(python, [script, file])) as Timed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns the Python of an environment with seqeval, created again when its list of packages changes. */
function preparedPython(): string {
  const environment = join(projectRoot, '.falconframes', 'scoring-bench');
  const python = join(environment, 'bin', 'python');
  const lists = ['scoring-bench', 'seqeval'].map((name) =>
    join(projectRoot, 'environment', `requirements-${name}.txt`),
  );
  const mark = join(environment, 'installed.txt');
  const wanted = lists.map((list) => readFileSync(list, 'utf8')).join('');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return python;
  console.error('Creating a Python environment with seqeval');
  rmSync(environment, { recursive: true, force: true });
  run('python3', ['-m', 'venv', environment]);
  const install = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes'];
  run(python, [...install, '--only-binary=:all:', '-r', lists[0]]);
  // From source, with the packages already installed, so that pip downloads nothing unchecked.
  run(python, [...install, '--no-build-isolation', '-r', lists[1]]);
  writeFileSync(mark, wanted);
  return python;
}

function run(program: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}

/** Measures the seconds for strict, partial and token scores of simulated tagged sentences. */
function timeSentences(random: Random, count: number): number {
  const text = Array.from({ length: LENGTH }, () => 'word').join(' ');
  const words = Int32Array.from({ length: LENGTH }, (_, word) => word);
  const encoded = {
    ids: words,
    starts: words.map((word) => word * 5),
    ends: words.map((word) => word * 5 + 4),
    words,
  };
  const spanAt = (word: number, length: number) => ({
    start: word * 5,
    end: (word + length) * 5 - 1,
    label: LABELS[random.below(LABELS.length)],
  });
  const sentences: Sentence[] = [];
  const tagged: TaggedText[] = [];
  for (let index = 0; index < count; index++) {
    const spans = [
      spanAt(random.below(5), 2),
      spanAt(8 + random.below(5), 1),
      spanAt(16 + random.below(5), 3),
    ];
    const annotated = [...LABELS];
    sentences.push({
      article: `A${index % 500}`,
      section: '',
      paragraph: 0,
      offset: 0,
      text,
      spans,
      annotated,
    });
    const logits = Float32Array.from({ length: LENGTH * 8 }, () => random.next() * 8 - 6);
    const kept = spans.filter(() => random.next() < 0.8);
    tagged.push({
      encoded,
      logits,
      spans: [...kept, spanAt(random.below(20), 2)].map((span) => ({ ...span, score: 1 })),
    });
  }
  const start = performance.now();
  const predicted = tagged.map(({ spans }) => spans);
  scoreSpans(sentences, predicted);
  scorePartialMatches(sentences, predicted);
  scoreTokens(tokenOutcomes(sentences, tagged, { scheme: 'bio', labels: LABELS }), 0.4);
  return (performance.now() - start) / 1000;
}

try {
  main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
