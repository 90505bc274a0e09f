import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { type ArtifactEntry, type EndEntry, type MetricsEntry, PARENT_TAG, type RunStart } from './entries';
import { isInside } from './journal-lines';
import { ask, DEFAULT_TIMEOUT, type Fields, fieldsOf, nameOf, type Patience, ServerError } from './request';

/** The server's limit per request. */
export const METRICS_A_REQUEST = 1000;
/** Identifies a run if the answer with the server's id for it was lost. */
const ID_TAG = 'falconframes.run';

/** An MLflow server: its address, and the time limits of requests. */
export interface Server extends Patience {
  address: string;
}

/** A run as known to the server. */
export interface ServerRun {
  server: Server;
  runId: string;
  /** Upload address of its artifacts; undefined if the server accepts none. */
  artifacts: string | undefined;
}

/** Finds or creates the run on the server, in its experiment, and marks it as running. */
export async function openRun(server: Server, start: RunStart): Promise<ServerRun> {
  const experiment = await findExperiment(server, start.experiment);
  const found = (await findRun(server, experiment, start.id)) ?? (await createRun(server, experiment, start));
  const runId = nameOf(found.run_id);
  if (found.status !== 'RUNNING') await post(server, 'runs/update', { run_id: runId, status: 'RUNNING' });
  const [, path] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(String(found.artifact_uri)) ?? [];
  const place = path !== undefined && isInside(path) ? path.split('/').map(encodeURIComponent) : undefined;
  return {
    server,
    runId,
    artifacts: place && `${server.address}/api/2.0/mlflow-artifacts/artifacts/${place.join('/')}`,
  };
}

/** Logging the same again has no effect; another value of a parameter is rejected. */
export async function logParameters(run: ServerRun, parameters: Record<string, string>): Promise<void> {
  const params = Object.entries(parameters).map(([key, value]) => ({ key, value }));
  await post(run.server, 'runs/log-batch', { run_id: run.runId, params });
}

/**
 * Logs at most `METRICS_A_REQUEST` values. Logging the same again has no effect: a server with a database identifies values by
 * name, step, time and number.
 */
export async function logMetrics(run: ServerRun, entries: readonly MetricsEntry[]): Promise<void> {
  const metrics = entries.flatMap(({ time, step, values }) =>
    Object.entries(values).map(([key, value]) => ({ key, value, timestamp: time, step })),
  );
  await post(run.server, 'runs/log-batch', { run_id: run.runId, metrics });
}

/** Uploads a file, replacing an existing one. */
export async function uploadArtifact(
  { server, artifacts }: ServerRun,
  { file, path, bytes }: ArtifactEntry,
): Promise<void> {
  if (!artifacts)
    throw new ServerError('it accepts no artifacts over HTTP; start it with --serve-artifacts', 400);
  const body = Readable.toWeb(createReadStream(file)) as BodyInit;
  const request = { method: 'PUT', body, duplex: 'half' as const };
  const timeoutMilliseconds = (server.timeoutMilliseconds ?? DEFAULT_TIMEOUT) + bytes / 1000;
  const address = `${artifacts}/${path.split('/').map(encodeURIComponent).join('/')}`;
  await ask(address, request, { ...server, timeoutMilliseconds });
}

export async function endRun(run: ServerRun, { status, time }: EndEntry): Promise<void> {
  await post(run.server, 'runs/update', { run_id: run.runId, status, end_time: time });
}

/** Returns the id of the experiment with this name, creating it if necessary. */
async function findExperiment(server: Server, name: string): Promise<string> {
  try {
    const { experiment_id } = await post(server, 'experiments/create', { name });
    return nameOf(experiment_id);
  } catch (error) {
    if (!(error instanceof ServerError && error.code === 'RESOURCE_ALREADY_EXISTS')) throw error;
  }
  const path = `experiments/get-by-name?${new URLSearchParams({ experiment_name: name })}`;
  const { experiment } = await ask(apiAddress(server, path), {}, server);
  const { experiment_id, lifecycle_stage } = fieldsOf(experiment);
  if (lifecycle_stage === 'deleted')
    throw new ServerError(`the experiment "${name}" was deleted there; restore it, or name another`, 410);
  return nameOf(experiment_id);
}

async function findRun(server: Server, experiment: string, id: string): Promise<Fields | undefined> {
  const filter = `tags."${ID_TAG}" = '${id}'`;
  const query = { experiment_ids: [experiment], filter, run_view_type: 'ALL', max_results: 1 };
  const { runs } = await post(server, 'runs/search', query);
  return Array.isArray(runs) && runs.length > 0 ? fieldsOf(fieldsOf(runs[0]).info) : undefined;
}

async function createRun(server: Server, experiment: string, start: RunStart): Promise<Fields> {
  const own = { ...start.tags, [ID_TAG]: start.id, ...(await parentTag(server, experiment, start)) };
  const tags = Object.entries(own).map(([key, value]) => ({ key, value }));
  const query = { experiment_id: experiment, run_name: start.name, start_time: start.started, tags };
  const { run } = await post(server, 'runs/create', query);
  return fieldsOf(fieldsOf(run).info);
}

async function parentTag(
  server: Server,
  experiment: string,
  { parent: id }: RunStart,
): Promise<Record<string, string>> {
  if (id === undefined) return {};
  const parent = await findRun(server, experiment, id);
  // If created here, it would exist twice once its journal is sent.
  if (!parent) throw new ServerError('its parent run is not there yet', 424);
  return { [PARENT_TAG]: nameOf(parent.run_id) };
}

function post(server: Server, path: string, body: object): Promise<Fields> {
  const headers = { 'Content-Type': 'application/json' };
  const request = { method: 'POST', headers, body: JSON.stringify(body) };
  return ask(apiAddress(server, path), request, server);
}

function apiAddress({ address }: Server, path: string): string {
  return `${address}/api/2.0/mlflow/${path}`;
}
