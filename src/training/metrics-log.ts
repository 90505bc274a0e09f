import { appendFileSync } from 'node:fs';
import { fieldsOf, InputError, parseJson, whileWriting, writeFileAtomically } from '../foundation';
import type { Evaluation } from '../tasks';
import { isCount, readStateFile } from './state-file';

/** One optimizer step. Tokens exclude padding. */
export interface StepRow {
  kind: 'step';
  step: number;
  epoch: number;
  loss: number;
  learningRate: number;
  gradientNorm: number;
  tokens: number;
  tokensPerSecond: number;
}

/** Time of training steps, in seconds. */
export const secondsOf = (steps: readonly StepRow[]): number =>
  steps.reduce((sum, { tokens, tokensPerSecond }) => sum + tokens / tokensPerSecond, 0);

/** One evaluation on the held-out sentences, at the end of an epoch. */
export interface EvaluationRow extends Evaluation {
  kind: 'evaluation';
  step: number;
  epoch: number;
}

export type MetricsRow = StepRow | EvaluationRow;

/** `metrics.jsonl`: one JSON object per line, written immediately, so that a run can be followed and leaves a record if killed. */
export class MetricsLog {
  readonly rows: MetricsRow[] = [];

  /** @param keepFirst steps of an earlier part of this run to keep; later ones are repeated */
  constructor(
    readonly path: string,
    { keepFirst }: { keepFirst: number },
  ) {
    if (keepFirst > 0) this.rows = readMetrics(path).filter(({ step }) => step <= keepFirst);
    writeFileAtomically(path, this.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }

  add(row: MetricsRow): void {
    this.rows.push(row);
    whileWriting(this.path, () => appendFileSync(this.path, `${JSON.stringify(row)}\n`));
  }
}

/**
 * Reads the rows of a metrics.jsonl; none if there is no such file. An incomplete last line, left by a killed run, is skipped.
 *
 * @throws InputError that names a line which is not a row
 */
export function readMetrics(path: string): MetricsRow[] {
  const content = readStateFile(path) ?? '';
  const lines = content.slice(0, content.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line, index) => (line === '' ? [] : [parseRow(line, `${path} line ${index + 1}`)]));
}

function parseRow(line: string, place: string): MetricsRow {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    // Reported below.
  }
  const row = fieldsOf(value);
  if (!isRow(row))
    throw new InputError(`${place}: damaged, not a row of a run; restore the file, or delete the line`);
  return row as unknown as MetricsRow;
}

/** Non-finite numbers (a gradient that overflows) are null in JSON. */
const isNumber = (value: unknown) => value === null || typeof value === 'number';

function isRow({ kind, step, epoch, f1, ...rest }: Record<string, unknown>): boolean {
  if (!isCount(step, 0) || !isCount(epoch, 0)) return false;
  const measured =
    kind === 'step'
      ? [rest.loss, rest.learningRate, rest.gradientNorm, rest.tokens, rest.tokensPerSecond]
      : [rest.loss, rest.score, ...Object.values(fieldsOf(f1))];
  return (kind === 'step' || kind === 'evaluation') && measured.every(isNumber);
}
