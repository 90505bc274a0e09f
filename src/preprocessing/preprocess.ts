import { existsSync, lstatSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type Annotation, collectedFiles } from '../collection';
import {
  checkOutputFile,
  checkOutputFolder,
  InputError,
  LineWriter,
  type Progress,
  readLines,
  readTextFile,
  type Sentence,
  silentProgress,
  whileWriting,
  withLock,
  writeFileAtomically,
} from '../foundation';
import { anchorAnnotations } from './anchoring';
import { usableArticles, withoutFolder } from './collected';
import { type DealingOptions, dealArticles } from './dealing';
import type { Leak } from './leaks';
import type { UnanchoredReason } from './places';
import { balanceClasses, sampleNegatives } from './sampling';
import { type OverlapCounts, paragraphsToSentences } from './sentences';
import { countMentions, type LabelCounts, type Marked, PARTS, type Part } from './splitting';
import { TwinIndex } from './twin-index';

export interface PreprocessingOptions extends DealingOptions {
  /** Seed of the split and of the removed sentences; default 1. */
  seed?: number;
  /** Sentences without mentions kept in train per sentence with mentions; default 1. Dev and test keep all, as in real text. */
  negatives?: number;
  /** No label of train has more than this many times the mentions of the rarest; default: no limit. */
  balance?: number;
  /** The labels that the source of an article looked for, by article; the others are unknown in it. Default: all labels of the collection. */
  annotated?: Readonly<Record<string, readonly string[]>>;
  /** False keeps sentences that occur in several parts and only reports them; default true. */
  removeLeaks?: boolean;
  progress?: Progress;
  /** Called with one sentence for each article that is skipped and for each that has damaged annotations. */
  onProblem?: (sentence: string) => void;
}

/** One line of `unanchored.jsonl`. */
export interface UnanchoredAnnotation {
  article: string;
  reason: UnanchoredReason;
  annotation: Annotation;
}

export interface PartReport {
  articles: number;
  sentences: number;
  /** Sentences with at least one mention. */
  withMentions: number;
  mentions: LabelCounts;
}

/** Also written as `manifest.json`. */
export interface PreprocessingReport {
  seed: number;
  negatives: number;
  /** The labels of the articles' annotations. */
  annotated: string[];
  /** Number of usable articles. */
  articles: number;
  /** A sentence for each unusable article. */
  skipped: string[];
  paragraphs: number;
  sentences: number;
  annotations: {
    /** Annotations in the usable articles, without damaged ones. */
    collected: number;
    /** Left out: without text or type, or with values of the wrong type. */
    damaged: number;
    /** placed + unplaced = collected. */
    placed: number;
    unplaced: number;
    reasons: Partial<Record<UnanchoredReason, number>>;
    /** Placed, but overlapping another of the same label. */
    overlaps: OverlapCounts;
    /** Mentions in the sentences: placed annotations without duplicates. */
    mentions: LabelCounts;
  };
  /** Sentences of train and dev with a twin in a later part. */
  leaks: {
    identical: number;
    nearIdentical: number;
    removed: boolean;
    /** Up to ten different ones, the least similar first, which show the limit of the criterion. */
    examples: Leak[];
  };
  /** The effect of balancing on train; null if not requested. */
  balance: { ratio: number; before: PartReport; after: PartReport } | null;
  /** What the articles of each part hold, before anything is removed. */
  dealt: Record<Part, PartReport>;
  /** The same without the sentences that were removed as leaks. */
  withoutLeaks: Record<Part, PartReport>;
  /** What was written. An article of which no sentence is left is not counted. */
  parts: Record<Part, PartReport>;
  /** The part of each article. */
  split: Record<string, Part>;
}

/** The data in memory for a sentence in the scratch file. */
interface Line extends Marked {
  /** Its line of the scratch file, from 0. */
  number: number;
  article: string;
}

/**
 * Turns a collection into training data: reads `articles/*.json` of `inFolder`, writes `train.jsonl`, `dev.jsonl`, `test.jsonl`,
 * `unanchored.jsonl` and `manifest.json` to `outFolder`. The same collection and options give the same bytes.
 *
 * Steps: convert JATS to paragraphs, anchor annotations, split paragraphs into sentences; split articles 70/15/15; remove sentences
 * that duplicate one of a later part; then balance train and downsample its sentences without mentions.
 *
 * One article at a time is in memory: sentences are kept in a scratch file until their part is known.
 *
 * Skips unusable articles and lists them in the report.
 *
 * @throws InputError if none is usable, or if the output would overwrite the collection
 */
export async function preprocessCollection(
  inFolder: string,
  outFolder: string,
  options: PreprocessingOptions = {},
): Promise<PreprocessingReport> {
  const files = collectedFiles(inFolder);
  checkOutputs(inFolder, outFolder, files);
  return withLock(join(outFolder, MANIFEST), () => preprocess(files, outFolder, options));
}

const MANIFEST = 'manifest.json';
const UNANCHORED = 'unanchored.jsonl';
const SCRATCH = '.sentences';
const fileOfPart = (part: Part) => `${part}.jsonl`;

/** Refuses an output that would replace a part of the collection, also through links. */
function checkOutputs(inFolder: string, outFolder: string, files: readonly string[]): void {
  checkOutputFolder(outFolder, [inFolder, join(inFolder, 'articles')]);
  for (const name of [...PARTS.map(fileOfPart), UNANCHORED, MANIFEST]) {
    const path = join(outFolder, name);
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
    checkOutputFile(path, isLink ? [join(inFolder, MANIFEST), ...files].filter(isThere) : []);
  }
  refuseOtherManifest(outFolder);
}

/** Refuses a folder whose manifest is not that of preprocessed data, such as one of a collection. */
function refuseOtherManifest(folder: string): void {
  const path = join(folder, MANIFEST);
  if (!isThere(path)) return;
  let isOwn: boolean;
  try {
    const fields = Object(JSON.parse(readTextFile(path)));
    isOwn = Object.keys(fields).length === 0 || ('split' in fields && 'parts' in fields);
  } catch {
    isOwn = existsSync(join(folder, UNANCHORED)); // damaged
  }
  if (!isOwn)
    throw new InputError(`${path}: is not of preprocessed data and would be replaced; choose another folder`);
}

function isThere(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

async function preprocess(
  files: readonly string[],
  outFolder: string,
  options: PreprocessingOptions,
): Promise<PreprocessingReport> {
  const { seed = 1, negatives = 1, balance, removeLeaks = true, progress = silentProgress } = options;
  const scratch = join(outFolder, SCRATCH);
  whileWriting(scratch, () => rmSync(scratch, { force: true })); // left by a killed run; removed, since a link would be followed
  const unanchored = new LineWriter(join(outFolder, UNANCHORED));
  try {
    const { lines, twins, ...read } = await readArticles(files, scratch, unanchored, options);
    const byArticle = new Map<string, Line[]>(read.articles.map((article) => [article, []]));
    for (const line of lines) byArticle.get(line.article)!.push(line);
    const partOf = dealArticles(byArticle, read.annotated, seed, options);
    const dealt = {} as Record<Part, Line[]>;
    for (const part of PARTS) dealt[part] = lines.filter(({ article }) => partOf.get(article) === part);

    const { leaking, ...leaks } = await compareParts(scratch, dealt, twins, progress);
    const kept = { ...dealt };
    if (removeLeaks)
      for (const part of PARTS) kept[part] = dealt[part].filter(({ number }) => !leaking.has(number));
    const withoutLeaks = describeParts(kept, read.annotated);
    if (balance !== undefined) kept.train = balanceClasses(kept.train, balance, seed);
    const after = describe(kept.train, read.annotated);
    kept.train = sampleNegatives(kept.train, negatives, seed);

    const report: PreprocessingReport = {
      seed,
      negatives,
      annotated: read.annotated,
      articles: read.articles.length,
      skipped: read.skipped,
      paragraphs: read.paragraphs,
      sentences: lines.length,
      annotations: { ...read.annotations, mentions: countMentions(lines, read.annotated) },
      leaks: { ...leaks, removed: removeLeaks },
      balance: balance === undefined ? null : { ratio: balance, before: withoutLeaks.train, after },
      dealt: describeParts(dealt, read.annotated),
      withoutLeaks,
      parts: describeParts(kept, read.annotated),
      split: Object.fromEntries([...partOf].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    for (const part of PARTS) {
      const writer = new LineWriter(join(outFolder, fileOfPart(part)));
      for (const [, sentence] of linesOf(scratch, kept[part])) writer.write(sentence);
      writer.finish();
    }
    unanchored.finish();
    writeFileAtomically(join(outFolder, MANIFEST), `${JSON.stringify(report, null, 2)}\n`);
    return report;
  } catch (error) {
    unanchored.discard();
    throw error;
  } finally {
    rmSync(scratch, { force: true });
    progress.end();
  }
}

interface ReadArticles {
  articles: string[];
  skipped: string[];
  annotated: string[];
  paragraphs: number;
  annotations: Omit<PreprocessingReport['annotations'], 'mentions'>;
  lines: Line[];
  /** The index after counting all sentences, still empty. */
  twins: TwinIndex;
}

/** Writes every sentence of the collection to the scratch file, and every unplaced annotation to `unanchored`. */
async function readArticles(
  files: readonly string[],
  scratchPath: string,
  unanchored: LineWriter,
  { annotated: own = {}, progress = silentProgress, onProblem = () => {} }: PreprocessingOptions,
): Promise<ReadArticles> {
  const scratch = new LineWriter(scratchPath);
  const overlaps: OverlapCounts = { repeated: 0, nested: 0, crossing: 0 };
  const annotations = {
    collected: 0,
    damaged: 0,
    placed: 0,
    unplaced: 0,
    reasons: {} as Record<string, number>,
    overlaps,
  };
  const annotated = new Set<string>();
  const articles: string[] = [];
  const skipped: string[] = [];
  const skip = (sentence: string) => {
    skipped.push(withoutFolder(sentence, files[0]));
    onProblem(sentence);
  };
  const lines: Line[] = [];
  const twins = new TwinIndex();
  let paragraphCount = 0;
  try {
    for (const { paragraphs, ...article } of usableArticles(files, skip)) {
      progress.update(articles.length + skipped.length, files.length, article.pmcid);
      await setImmediate(); // lets a notebook draw and handle interrupts between articles
      const types = own[article.pmcid] ?? article.types;
      for (const type of types) annotated.add(type);
      if (article.damagedAnnotations > 0)
        onProblem(`${article.pmcid}: damaged annotations left out: ${article.damagedAnnotations}`);
      annotations.damaged += article.damagedAnnotations;
      const { placed, unplaced } = anchorAnnotations(paragraphs, article.annotations, types);
      const result = paragraphsToSentences(article.pmcid, paragraphs, placed, types);
      for (const sentence of result.sentences) {
        scratch.write(JSON.stringify(sentence));
        twins.count(sentence.text);
        lines.push({ number: lines.length, article: article.pmcid, spans: labelsOf(sentence) });
      }
      for (const { annotation, reason } of unplaced) {
        const line: UnanchoredAnnotation = { article: article.pmcid, reason, annotation };
        unanchored.write(JSON.stringify(line));
        annotations.reasons[reason] = (annotations.reasons[reason] ?? 0) + 1;
      }
      for (const kind of ['repeated', 'nested', 'crossing'] as const) overlaps[kind] += result.overlaps[kind];
      annotations.collected += article.annotations.length;
      annotations.placed += placed.length;
      annotations.unplaced += unplaced.length;
      paragraphCount += paragraphs.length;
      articles.push(article.pmcid);
    }
    if (articles.length === 0)
      throw new InputError(`None of the ${files.length} articles can be used; the first: ${skipped[0]}`);
    progress.update(files.length, files.length);
    scratch.finish();
  } catch (error) {
    scratch.discard();
    throw error;
  }
  return {
    articles,
    skipped,
    annotated: [...annotated],
    paragraphs: paragraphCount,
    annotations,
    lines,
    twins,
  };
}

const NONE: Line['spans'] = [];

/** The labels of a sentence's mentions, without the sentence. */
function labelsOf({ spans }: Sentence): Line['spans'] {
  return spans.length === 0 ? NONE : spans.map(({ label }) => ({ label }));
}

/** Finds the lines of train and dev that repeat a line of a later part. */
async function compareParts(
  scratch: string,
  parts: Record<Part, readonly Line[]>,
  twins: TwinIndex,
  progress: Progress,
): Promise<{ leaking: Set<number>; identical: number; nearIdentical: number; examples: Leak[] }> {
  const total = PARTS.reduce((sum, part) => sum + parts[part].length, 0);
  const leaking = new Set<number>();
  /** The least similar so far, of different texts. */
  let shown: (Omit<Leak, 'twin'> & { sentence: number })[] = [];
  let identical = 0;
  let compared = 0;
  for (const part of [...PARTS].reverse()) {
    for (const [{ number }, json] of linesOf(scratch, parts[part])) {
      if (compared++ % 2000 === 0) {
        progress.update(compared, total, 'sentences compared');
        await setImmediate();
      }
      const { text } = JSON.parse(json) as Sentence;
      const twin = twins.find(text, part);
      if (twin) {
        const { part: twinPart, sentence, similarity } = twin;
        leaking.add(number);
        if (similarity === 1) identical++;
        const isNews = shown.length < EXAMPLES || similarity < shown[EXAMPLES - 1].similarity;
        if (isNews && !shown.some((other) => other.text === text)) {
          shown.push({ part, text, twinPart, sentence, similarity });
          shown = shown.sort((a, b) => a.similarity - b.similarity).slice(0, EXAMPLES);
        }
      }
      // `find` skips sentences of the same part, and train is the first part.
      if (part !== 'train') twins.add(text, part, number);
    }
  }
  progress.update(total, total, 'sentences compared');
  const twinTexts = textsOf(
    scratch,
    shown.map(({ sentence }) => sentence),
  );
  const examples = shown.map(({ sentence, ...leak }) => ({ ...leak, twin: twinTexts.get(sentence)! }));
  return { leaking, identical, nearIdentical: leaking.size - identical, examples };
}

const EXAMPLES = 10;

/** The texts of some lines of the scratch file. */
function textsOf(scratch: string, numbers: readonly number[]): Map<number, string> {
  const ascending = [...new Set(numbers)].sort((a, b) => a - b);
  const lines = ascending.map((number) => ({ number, article: '', spans: NONE }));
  return new Map([...linesOf(scratch, lines)].map(([{ number }, json]) => [number, JSON.parse(json).text]));
}

/** The given lines of the scratch file, which are in its order. */
function* linesOf(scratch: string, lines: readonly Line[]): Generator<[Line, string]> {
  let next = 0;
  let number = 0;
  for (const json of readLines(scratch)) {
    if (next === lines.length) return;
    if (lines[next].number === number++) yield [lines[next++], json];
  }
}

function describeParts(
  parts: Record<Part, readonly Line[]>,
  labels: readonly string[],
): Record<Part, PartReport> {
  const { train, dev, test } = parts;
  return {
    train: describe(train, labels),
    dev: describe(dev, labels),
    test: describe(test, labels),
  };
}

function describe(lines: readonly Line[], labels: readonly string[]): PartReport {
  return {
    articles: new Set(lines.map(({ article }) => article)).size,
    sentences: lines.length,
    withMentions: lines.filter(({ spans }) => spans.length > 0).length,
    mentions: countMentions(lines, labels),
  };
}
