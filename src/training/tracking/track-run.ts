import { readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError, withoutCredentials } from '../../foundation';
import { authorizationIn } from './credentials';
import type { ArtifactEntry, MetricValue, RunStart, RunStatus } from './entries';
import { folderDestination } from './folder-destination';
import { isRunId, newRunId } from './run-id';
import { type DeliveryOptions, serverDestination } from './server-destination';

export interface RunDescription extends DeliveryOptions {
  /**
   * An MLflow server (`http://127.0.0.1:5000`), with a password if needed, or a folder, which gets the layout of MLflow's file
   * store.
   */
  address: string;
  experiment: string;
  name: string;
  /** Values that are not strings are written as JSON. */
  parameters?: object;
  tags?: Readonly<Record<string, string>>;
  /** Continues the run with this id instead of starting a new one: 32 hexadecimal digits. */
  id?: string;
  /** The id of the parent run, at the same destination and in the same experiment. */
  parent?: string;
  /** Start time in milliseconds since 1970; default now. */
  started?: number;
}

/** An active run. Its methods return immediately and never throw: `notify` is called for each failure. */
export interface TrackedRun {
  readonly id: string;
  /** Values of one step, by name; NaN and infinities are allowed. */
  metrics(values: Readonly<Record<string, number>>, step: number): void;
  /** Logs a file, or all files of a folder, under `folder` among the run's artifacts. They must not change until `end` resolves. */
  artifacts(path: string, folder: string): void;
  /** Resolves when everything is delivered, or kept for later; call it once. */
  end(status: RunStatus): Promise<void>;
}

/** The server rejects a longer value of a parameter (MLflow 3, `mlflow/utils/validation.py`), together with all others. */
const LONGEST_PARAMETER = 6000;

/**
 * Starts a run, given the experiment's name, the run's name and its settings.
 *
 * With a server, everything goes through a journal on disk. If the server is unreachable, the run continues; entries still in the
 * journal when the run has ended are sent by `falconframes track`. Each takes effect once: a server with a database identifies
 * metrics by name, step, time and value, and our id finds a run that already exists.
 *
 * @throws InputError if the address is invalid, or the folder or the journal cannot be written
 */
export function trackRun({
  address,
  experiment,
  name,
  parameters = {},
  tags = {},
  id = newRunId(),
  started = Date.now(),
  parent,
  ...delivery
}: RunDescription): TrackedRun {
  for (const given of [id, ...(parent === undefined ? [] : [parent])])
    if (!isRunId(given))
      throw new InputError(`"${given}" is not the id of a tracked run: 32 hexadecimal digits`);
  const start: RunStart = {
    address: trackingAddress(address),
    id,
    experiment,
    name,
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, value]) => [key, parameterValue(value)]),
    ),
    tags: { ...tags },
    started,
    parent,
  };
  const destination = isServer(start.address)
    ? serverDestination(start, { authorization: authorizationIn(address), ...delivery })
    : folderDestination(start);

  const attempt = async (what: string, work: () => unknown): Promise<void> => {
    try {
      await work();
    } catch (error) {
      delivery.notify?.(`${what} of the run "${name}" cannot be tracked: ${(error as Error).message}`);
    }
  };

  return {
    id,
    metrics: (given, step) =>
      void attempt('metrics', () => {
        const values = Object.fromEntries(
          Object.entries(given).map(([key, value]) => [key, metricValue(value)]),
        );
        destination.record({ kind: 'metrics', time: Date.now(), step, values });
      }),
    artifacts: (path, folder) =>
      void attempt(path, () => {
        for (const entry of artifactEntries(path, folder)) destination.record(entry);
      }),
    async end(status) {
      await attempt('the end', () => destination.record({ kind: 'end', time: Date.now(), status }));
      await attempt('the end', () => destination.close());
    },
  };
}

function pathOf(fileUrl: string): string {
  try {
    return fileURLToPath(fileUrl);
  } catch {
    throw new InputError(`"${withoutCredentials(fileUrl)}" is not a folder of this machine; give its path`);
  }
}

/**
 * Returns where runs are sent: an address without trailing slash and password, or the absolute path of a folder.
 *
 * @throws InputError for any other kind of address
 */
export function trackingAddress(given: string): string {
  if (isServer(given) && URL.canParse(given) && !/[?#]/.test(given))
    return withoutCredentials(given).replace(/(?<!\/)\/+$/, '');
  if (given.startsWith('file:') && URL.canParse(given)) return pathOf(given);
  if (/^[a-z][a-z0-9+-]*:/i.test(given))
    throw new InputError(
      `"${withoutCredentials(given)}" cannot receive runs; give the address of an MLflow server (\`npm run mlflow\` starts one) or a folder`,
    );
  return resolve(given);
}

const isServer = (address: string) => /^https?:/i.test(address);

/** Converts to text, truncated to MLflow's limit; half a surrogate pair becomes U+FFFD, which every UTF-8 reader accepts. */
function parameterValue(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  const short = text.length <= LONGEST_PARAMETER ? text : `${text.slice(0, LONGEST_PARAMETER - 1)}…`;
  return Buffer.from(short).toString();
}

function metricValue(value: number): MetricValue {
  return Number.isFinite(value) ? value : (String(value) as MetricValue);
}

function artifactEntries(path: string, folder: string): ArtifactEntry[] {
  const whole = resolve(path);
  const files = statSync(whole).isDirectory()
    ? readdirSync(whole, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(whole, join(entry.parentPath, entry.name)))
    : [''];
  return files.map((name) => {
    const file = join(whole, name);
    const { size, mtimeMs } = statSync(file);
    const place = `${folder}/${name || basename(file)}`;
    return { kind: 'artifact', file, path: place, bytes: size, modified: mtimeMs };
  });
}
