import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { whileWriting, writeFileAtomically } from '../foundation';
import type { Evaluation } from './trainer';

/** One optimizer step. Tokens without padding. */
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

/** One look at the held-out sentences, at the end of an epoch. */
export interface EvaluationRow extends Evaluation {
  kind: 'evaluation';
  step: number;
  epoch: number;
}

export type MetricsRow = StepRow | EvaluationRow;

/** `metrics.jsonl`: one JSON object a line, written as it happens, so that a run can be watched and survives its end. */
export class MetricsLog {
  readonly rows: MetricsRow[] = [];

  /** @param keepFirst steps of an earlier part of this run that stay; what was logged after them is taken again */
  constructor(
    readonly path: string,
    { keepFirst }: { keepFirst: number },
  ) {
    if (keepFirst > 0 && existsSync(path))
      this.rows = readMetrics(path).filter(({ step }) => step <= keepFirst);
    writeFileAtomically(path, this.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  }

  add(row: MetricsRow): void {
    this.rows.push(row);
    whileWriting(this.path, () => appendFileSync(this.path, `${JSON.stringify(row)}\n`));
  }
}

/** Rows of a metrics.jsonl; a last line that a killed run left unfinished is passed over. */
export function readMetrics(path: string): MetricsRow[] {
  const content = readFileSync(path, 'utf8');
  return content
    .slice(0, content.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as MetricsRow);
}
