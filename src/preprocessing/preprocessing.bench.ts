/**
 * `npm run bench -- preprocessing [--json]`; needs FALCONFRAMES_MIRROR.
 *
 * - Round trip: see round-trip.fixture.ts, for each style of contexts, compared with taking the first occurrence of the mention's
 *   text.
 * - Throughput: the 206 Europe PMC articles and the 66 of CRAFT that have mentions, from a JATS string through anchoring (CRAFT's
 *   gold mentions) to sentences; median of `ROUNDS` rounds after one warm-up round. One thread does the work, but Node collects
 *   garbage on others: `articles_per_cpu_second` counts the processor time of all of them.
 * - Memory: the same articles as files of a collection, repeatedly read, placed and split in a separate process that keeps
 *   nothing; resident memory (MB) by number of articles.
 *
 * With --json, one object: `styles` (by style of contexts, the round-trip figures below) and, for contexts with blanks kept,
 * `annotations`, `placed_share`, `wrongly_placed`, `undecided`, `cut_mid_word`, `unplaced` (by
 * reason), `first_occurrence` (`right_share`, `cut_mid_word`), `articles_per_second`, `articles_per_cpu_second`,
 * `milliseconds_per_article` (by step), `memory_mb` (by number of articles), `memory_growth_mb` (the last two fifths
 * against the first), `examples`.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CollectedArticle, collectedFiles, readCollectedArticle, readCollection } from '../collection';
import { answerParent, mirrorFolder, startProcess } from '../foundation';
import { anchorAnnotations } from './anchoring';
import { CONTEXT_STYLES, type ContextStyle } from './gold-annotation';
import { jatsToParagraphs } from './jats';
import { collectGold, measureRoundTrip, type RoundTrip, readGold } from './round-trip.fixture';
import { paragraphsToSentences } from './sentences';

const ROUNDS = 5;
const MEMORY_ARTICLES = 5_000;
const MEMORY_STEP = 500;

type Trips = Record<ContextStyle, RoundTrip>;

interface Throughput {
  articles_per_second: number;
  articles_per_cpu_second: number;
  milliseconds_per_article: Record<'paragraphs' | 'anchoring' | 'sentences', number>;
}

async function main(): Promise<void> {
  const mirror = mirrorFolder();
  if (!mirror) throw new Error('the benchmark reads the mirror; name its folder in FALCONFRAMES_MIRROR');
  const folder = mkdtempSync(join(tmpdir(), 'preprocessing-bench-'));
  try {
    const trips = {} as Trips;
    // The style that comes last stays in the folder.
    for (const style of (Object.keys(CONTEXT_STYLES) as ContextStyle[]).reverse()) {
      const gold = readGold(join(mirror, 'craft'), style);
      rmSync(folder, { recursive: true });
      await collectGold(gold, folder);
      trips[style] = measureRoundTrip(gold, folder);
    }
    addArticles(join(mirror, 'europepmc', 'fulltext'), folder);
    const speed = measureThroughput([...readCollection(folder)]);
    const memory = await measureMemory(folder);
    if (process.argv.includes('--json')) console.log(JSON.stringify(asJson(trips, speed, memory)));
    else print(trips, speed, memory);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Full texts without annotations, in the form of a collection. */
function addArticles(fullTexts: string, folder: string): void {
  mkdirSync(join(folder, 'articles'), { recursive: true });
  readdirSync(fullTexts).forEach((name, index) => {
    const pmcid = `PMC99${String(index).padStart(5, '0')}`;
    const article: CollectedArticle = {
      pmcid,
      source: 'europepmc',
      types: ['Cell'],
      fullText: readFileSync(join(fullTexts, name), 'utf8'),
      annotations: [],
    };
    writeFileSync(join(folder, 'articles', `${pmcid}.json`), JSON.stringify(article));
  });
}

function measureThroughput(articles: readonly CollectedArticle[]): Throughput {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => {
    const spent = { paragraphs: 0, anchoring: 0, sentences: 0 };
    const cpu = process.cpuUsage();
    for (const { pmcid, fullText, annotations, types } of articles) {
      const start = performance.now();
      const paragraphs = jatsToParagraphs(fullText, pmcid);
      const parsed = performance.now();
      const { placed } = anchorAnnotations(paragraphs, annotations, types);
      const anchored = performance.now();
      paragraphsToSentences(pmcid, paragraphs, placed, types);
      spent.paragraphs += parsed - start;
      spent.anchoring += anchored - parsed;
      spent.sentences += performance.now() - anchored;
    }
    const { user, system } = process.cpuUsage(cpu);
    const wall = spent.paragraphs + spent.anchoring + spent.sentences;
    return { ...spent, wall, cpu: (user + system) / 1_000 };
  }).slice(1);
  const perArticle = (step: keyof (typeof rounds)[0]) =>
    median(rounds.map((round) => round[step])) / articles.length;
  return {
    articles_per_second: rounded(1_000 / perArticle('wall')),
    articles_per_cpu_second: rounded(1_000 / perArticle('cpu')),
    milliseconds_per_article: {
      paragraphs: rounded(perArticle('paragraphs')),
      anchoring: rounded(perArticle('anchoring')),
      sentences: rounded(perArticle('sentences')),
    },
  };
}

/** Resident MB after each `MEMORY_STEP` articles, from a process that does nothing else. */
function measureMemory(folder: string): Promise<Record<string, number>> {
  const worker = startProcess<string, Record<string, number>>(__filename, { arguments: ['--memory'] });
  return worker.ask(folder).finally(() => worker.end());
}

function readOverAndOver(folder: string): Record<string, number> {
  const files = collectedFiles(folder);
  const memory: Record<string, number> = {};
  for (let done = 1; done <= MEMORY_ARTICLES; done++) {
    const article = readCollectedArticle(files[done % files.length]);
    const paragraphs = jatsToParagraphs(article.fullText, article.pmcid);
    const { placed } = anchorAnnotations(paragraphs, article.annotations, article.types);
    paragraphsToSentences(article.pmcid, paragraphs, placed, article.types);
    if (done % MEMORY_STEP === 0) memory[done] = Math.round(process.memoryUsage().rss / 1e6);
  }
  return memory;
}

/** How much more the last two measurements are than the first two. */
function growth(memory: Record<string, number>): number {
  const values = Object.values(memory);
  return Math.round((values.at(-1)! + values.at(-2)! - values[0] - values[1]) / 2);
}

function asJson(trips: Trips, speed: Throughput, memory: Record<string, number>): object {
  return {
    ...tripAsJson(trips['blanks kept']),
    styles: Object.fromEntries(Object.entries(trips).map(([style, trip]) => [style, tripAsJson(trip)])),
    ...speed,
    memory_mb: memory,
    memory_growth_mb: growth(memory),
  };
}

function tripAsJson(trip: RoundTrip): object {
  return {
    annotations: trip.annotations,
    placed_share: trip.placed / trip.annotations,
    wrongly_placed: trip.wrong,
    undecided: trip.undecided,
    cut_mid_word: trip.cutMidWord,
    unplaced: trip.reasons,
    first_occurrence: {
      right_share: trip.firstOccurrence.right / trip.annotations,
      cut_mid_word: trip.firstOccurrence.cutMidWord,
    },
    examples: trip.examples,
  };
}

function print(trips: Trips, speed: Throughput, memory: Record<string, number>): void {
  for (const [style, trip] of Object.entries(trips)) {
    const share = (count: number) => `${((100 * count) / trip.annotations).toFixed(2)}%`;
    console.log(`CRAFT round trip: ${trip.annotations} gold mentions, contexts ${style}`);
    console.table({
      'this library': {
        placed: share(trip.placed),
        right: share(trip.placed - trip.wrong - trip.undecided),
        'wrong place': trip.wrong,
        undecided: trip.undecided,
        'cut mid-word': trip.cutMidWord,
      },
      'first occurrence': {
        right: share(trip.firstOccurrence.right),
        'cut mid-word': trip.firstOccurrence.cutMidWord,
      },
    });
    for (const example of trip.examples) console.log(`  ${example}`);
  }
  const { milliseconds_per_article: steps } = speed;
  console.log(
    `\nJATS to sentences: ${speed.articles_per_second} articles per second (${speed.articles_per_cpu_second} per CPU second); ` +
      `ms per article: ${steps.paragraphs} paragraphs, ${steps.anchoring} anchoring, ${steps.sentences} sentences`,
  );
  console.log('\nResident memory by number of articles');
  console.table([memory]);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

if (process.argv[2] === '--memory') answerParent(readOverAndOver);
else void main();
