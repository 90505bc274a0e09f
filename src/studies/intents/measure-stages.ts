import {
  benchmarkStage,
  benchPythonInstalled,
  measureStage,
  openTextPeers,
  type StageRecord,
} from '../../benchmark';
import type { TextAnswer } from '../../evaluation';
import { InputError, type LabelledText, writeFileAtomically } from '../../foundation';
import { isRight } from '../../tasks';
import { TIMED_QUERY } from './queries';

const EAGER = 'PyTorch eager fp32';

/** Queries from which peak memory is taken where the answers are known already. */
const SOME = 200;

/** Records of the stages of a compression, measured one after another on the same queries, each in a process with one thread. */
export class StageLog {
  readonly records: StageRecord[] = [];
  readonly #queries: readonly LabelledText[];
  readonly #calls: { query: string; warmups: number; runs: number };

  /** @param runs timed calls per stage, after a tenth as many untimed ones */
  constructor(queries: readonly LabelledText[], { runs }: { runs: number }) {
    this.#queries = queries;
    this.#calls = { query: TIMED_QUERY, warmups: Math.ceil(runs / 10), runs };
  }

  /**
   * Measures a stage and keeps its record.
   *
   * @param file `model.safetensors`, or a graph in `onnx`
   * @param answers to all queries, if they are known; then only cost is measured
   */
  async measure(stage: string, folder: string, file: string, answers?: TextAnswer[]): Promise<StageRecord> {
    const queries = answers ? this.#queries.slice(0, SOME) : this.#queries;
    const record = await benchmarkStage(stage, { folder, file, threads: 1 }, queries, this.#calls);
    return this.#keep(record, answers);
  }

  /** Measures what a model costs in PyTorch, eager and in 32 bits. @throws InputError if the environment of the peers is not installed */
  async measureInPytorch(stage: string, folder: string, answers: TextAnswer[]): Promise<StageRecord> {
    if (!benchPythonInstalled())
      throw new InputError(
        'PyTorch is not installed here; `falconframes benchmark --peers FOLDER` installs it (5 GB)',
      );
    const peers = await openTextPeers(folder, { threads: 1, only: EAGER });
    try {
      const [pytorch] = peers.variants;
      const record = await measureStage(pytorch, this.#queries.slice(0, 1), this.#calls);
      // One at a time as in the other stages, not in a batch.
      const peakMegabytes = await pytorch.measureMemory([TIMED_QUERY]);
      return this.#keep({ ...record, stage, runtime: 'PyTorch eager', peakMegabytes }, answers);
    } finally {
      await peers.end();
    }
  }

  /** The record of a stage. */
  of(stage: string): StageRecord {
    const record = this.records.find((one) => one.stage === stage);
    if (!record) throw new InputError(`there is no stage "${stage}"; measure it first`);
    return record;
  }

  /** Writes all records as JSON, of the answers the labels alone. */
  write(path: string): void {
    const rows = this.records.map(({ answers, ...record }) => ({
      ...record,
      labels: answers.map(({ given }) => given[0]),
    }));
    writeFileAtomically(path, `${JSON.stringify(rows)}\n`);
  }

  #keep(record: StageRecord, answers?: TextAnswer[]): StageRecord {
    if (answers && answers.length !== this.#queries.length)
      throw new InputError(
        `${record.stage}: has ${answers.length} answers to ${this.#queries.length} queries; give one each`,
      );
    const known = answers && { answers, accuracy: answers.filter(isRight).length / answers.length };
    this.records.push({ ...record, ...known });
    return this.records[this.records.length - 1];
  }
}
