import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { keepSoftTargets, SOFT_TARGETS_FILE } from '../../compression';
import { OUT_OF_SCOPE } from '../../corpora';
import type { TextAnswer } from '../../evaluation';
import {
  formatDuration,
  InputError,
  type LabelledText,
  type Progress,
  projectRoot,
  readJsonObject,
  readLabelledTexts,
  writeFileAtomically,
} from '../../foundation';
import { freshEncoder, readClassifierConfiguration, SequenceClassifier } from '../../nn';
import type { ScoredLabel } from '../../tasks';
import type { Row } from '../../visualization';
import { epochRows } from '../tables';
import type { FinishedTrial } from '../trials';

/** An answer to a query: the most probable intent, by number of its label, and "out of scope". */
export interface TeacherAnswer {
  label: number;
  score: number;
  /** Probability that the query has no intent. */
  outOfScope: number;
}

/** A fine-tuned teacher without its weights: what it answered, and how it was trained. */
export interface KeptTeacher {
  /** Folder of its answers to the training queries, which `distil` takes as a teacher. */
  folder: string;
  epochs: Row[];
  trainingSeconds: number;
  parameters: number;
  precision: string;
  /** Settings that decided the training. */
  recipe: Record<string, unknown>;
  /** Its answer to the query of the demonstration. */
  demo: ScoredLabel;
  /** Its answer to each test query. */
  answers: TeacherAnswer[];
  /** The same for each dev query. */
  devAnswers: TeacherAnswer[];
  /** Of the queries of both parts and their labels. */
  hashes: { dev: string; test: string };
}

/** The queries on which a teacher is judged. */
export interface JudgedParts {
  dev: readonly LabelledText[];
  test: readonly LabelledText[];
}

/** The teacher that comes with the project. */
const KEPT = join(projectRoot, 'data', 'studies', 'intent-teacher');
/** The trials of the search, kept beside it. */
export const KEPT_SEARCH = join(KEPT, 'search.jsonl');
/** The comparison of alphas, kept beside it. */
export const KEPT_ALPHAS = join(KEPT, 'alphas.json');
/** The figures of sparse students, kept beside it. */
export const KEPT_PRUNING = join(KEPT, 'pruning.json');
const FIGURES = 'teacher.json';
/** Of a probability, after the point. */
const DIGITS = 5;
const LARGEST_FIGURES = 1 << 24;

/**
 * Keeps a trained teacher's answers and figures in a folder. The trial must have been kept.
 *
 * @param answers with all labels ranked
 */
export async function keepTeacher(
  { folder, ...teacher }: FinishedTrial,
  { dev: devQueries, test }: JudgedParts,
  answers: { demo: ScoredLabel; dev: readonly TextAnswer[]; test: readonly TextAnswer[] },
  out: string,
  progress?: Progress,
): Promise<void> {
  const { train, dev: _, encoder, labels, ...recipe } = teacher.configuration;
  if (folder === undefined) throw new InputError(`${teacher.trial.name}: was not kept; train it with "keep"`);
  await keepSoftTargets(folder, train.flatMap(readLabelledTexts), out, progress);
  const numberOf = new Map((labels ?? []).map((label, id) => [label, id]));
  const numbered = (of: readonly TextAnswer[]): TeacherAnswer[] =>
    of.map(({ ranked }) => {
      const intent = ranked.find(({ label }) => label !== OUT_OF_SCOPE)!;
      const outOfScope = ranked.find(({ label }) => label === OUT_OF_SCOPE)?.score ?? 0;
      const label = numberOf.get(intent.label);
      if (label === undefined)
        throw new InputError(`the teacher answered "${intent.label}", which its labels lack; train it again`);
      return {
        label,
        score: Number(intent.score.toFixed(DIGITS)),
        outOfScope: Number(outOfScope.toFixed(DIGITS)),
      };
    });
  const figures: Omit<KeptTeacher, 'folder'> = {
    epochs: epochRows(teacher),
    trainingSeconds: teacher.trainingSeconds,
    parameters: teacher.parameters,
    precision: teacher.precision,
    recipe: { encoder: teacher.trial.encoder, ...recipe },
    demo: answers.demo,
    answers: numbered(answers.test),
    devAnswers: numbered(answers.dev),
    hashes: { dev: hashOf(devQueries), test: hashOf(test) },
  };
  writeFileAtomically(join(out, FIGURES), `${JSON.stringify(figures)}\n`);
}

/** Reads the teacher that is kept in the project; undefined if there is none. @throws InputError if it is damaged */
export function readKeptTeacher(folder = KEPT): KeptTeacher | undefined {
  const path = join(folder, FIGURES);
  if (!existsSync(path)) return undefined;
  const figures = readJsonObject(path, 'the figures of a teacher', LARGEST_FIGURES);
  const { answers, devAnswers, epochs, hashes, demo } = figures;
  const isWhole =
    [answers, devAnswers, epochs].every(Array.isArray) && hashes !== undefined && demo !== undefined;
  if (!isWhole || !existsSync(join(folder, SOFT_TARGETS_FILE)))
    throw new InputError(
      `${path}: is damaged, or ${SOFT_TARGETS_FILE} beside it is missing; restore the folder`,
    );
  return { ...(figures as unknown as Omit<KeptTeacher, 'folder'>), folder };
}

/** How a kept teacher was trained, in a sentence. */
export const describeTeacher = ({ recipe, trainingSeconds, parameters, precision }: KeptTeacher): string =>
  `${recipe.encoder}, ${parameters.toLocaleString('en')} parameters, trained in TensorFlow (${precision}) in ${formatDuration(trainingSeconds)}: rate ${recipe.learningRate}, batches of ${recipe.batchSize}, seed ${recipe.seed}. Its answers are those of 32-bit floats.`;

/**
 * The kept teacher's answers to the queries of a part.
 *
 * @throws InputError if these are not the queries that it answered
 */
export function keptAnswers(
  { answers, devAnswers, hashes }: KeptTeacher,
  part: 'dev' | 'test',
  queries: readonly LabelledText[],
  labels: readonly string[],
): TextAnswer[] {
  if (hashOf(queries) !== hashes[part])
    throw new InputError(
      `the kept teacher answered other ${part} queries; run the study on CLINC150 plus, or train a teacher with the profile full`,
    );
  return (part === 'dev' ? devAnswers : answers).map(({ label, score, outOfScope }, index) => {
    const ranked = [
      { label: labels[label], score },
      { label: OUT_OF_SCOPE, score: outOfScope },
    ].sort((one, other) => other.score - one.score);
    return { gold: queries[index].labels, given: [ranked[0].label], ranked };
  });
}

const hashOf = (texts: readonly LabelledText[]): string =>
  createHash('sha256')
    .update(texts.map(({ text, labels }) => JSON.stringify([text, labels])).join('\n'))
    .digest('hex');

/**
 * Writes a classifier of a kept teacher's shape with random weights into a folder, and returns the folder: what the teacher costs can be measured
 * on it.
 *
 * @param tokenizer a folder with BERT's word pieces
 */
export function untrainedTeacher(
  { folder }: Pick<KeptTeacher, 'folder'>,
  tokenizer: string,
  out: string,
): string {
  const { encoder, ...head } = readClassifierConfiguration(folder);
  const { type, layers, hiddenSize, attentionHeads, maximumPositions } = encoder;
  const fresh = join(out, 'encoder');
  freshEncoder(
    { architecture: type, layers, hiddenSize, attentionHeads, maximumPositions },
    { tokenizer, out: fresh, seed: 1 },
  );
  const network = SequenceClassifier.fromEncoder(fresh, head, 1);
  network.save(out);
  network.dispose();
  return out;
}
