/** Description of a run at its start. Times are in milliseconds since 1970, everywhere here. */
export interface RunStart {
  /** The server's address, or the folder. */
  address: string;
  /** Generated here, the same in every part of a run that was interrupted and resumed: 32 hexadecimal digits. */
  id: string;
  experiment: string;
  name: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  started: number;
  /** The generated id of the parent run. */
  parent?: string;
}

/** MLflow shows a run under the one whose server id is this tag's value. */
export const PARENT_TAG = 'mlflow.parentRunId';

/** JSON cannot represent non-finite numbers; MLflow reads these strings. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

export interface MetricsEntry {
  kind: 'metrics';
  time: number;
  step: number;
  values: Record<string, MetricValue>;
}

/** A file as it was when logged; if it changes afterwards, it is not sent. */
export interface ArtifactEntry {
  kind: 'artifact';
  file: string;
  /** Its path among the run's artifacts. */
  path: string;
  bytes: number;
  modified: number;
}

export type RunStatus = 'FINISHED' | 'FAILED' | 'KILLED';

export interface EndEntry {
  kind: 'end';
  time: number;
  status: RunStatus;
}

/** An event recorded after the start of a run, in order of occurrence. */
export type Entry = MetricsEntry | ArtifactEntry | EndEntry;

/** Destination of a run: an MLflow server, or a folder. */
export interface Destination {
  record(entry: Entry): void;
  /** Called after the last entry. */
  close(): Promise<void>;
}
