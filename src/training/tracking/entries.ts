/** How a run is introduced. Times in milliseconds since 1970, everywhere here. */
export interface RunStart {
  /** The server's address, or the folder. */
  address: string;
  /** Of our making, the same in every part of a run that was interrupted and resumed: 32 hexadecimal digits. */
  id: string;
  experiment: string;
  name: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  started: number;
  /** The id, of our making too, of the run that this one is a part of. */
  parent?: string;
}

/** By its value, the server's own id of another run, MLflow shows a run under that one. */
export const PARENT_TAG = 'mlflow.parentRunId';

/** JSON has no words for numbers that are none; MLflow reads these. */
export type MetricValue = number | 'NaN' | 'Infinity' | '-Infinity';

export interface MetricsEntry {
  kind: 'metrics';
  time: number;
  step: number;
  values: Record<string, MetricValue>;
}

/** A file as it was when it was named; one that has changed since is not what the run made. */
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

/** What a run records after its start, in the order in which it happens. */
export type Entry = MetricsEntry | ArtifactEntry | EndEntry;

/** Where a run goes: an MLflow server, or a folder. */
export interface Destination {
  record(entry: Entry): void;
  /** After the last entry. */
  close(): Promise<void>;
}
