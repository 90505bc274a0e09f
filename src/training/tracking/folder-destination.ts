import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, constants, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError, whileWriting, writeFileAtomically } from '../../foundation';
import { isCount, readStateFile } from '../state-file';
import { type Destination, type Entry, PARENT_TAG, type RunStart, type RunStatus } from './entries';
import { isInside } from './journal-lines';

/** MLflow's numbers in a run's meta.yaml. */
const STATUS: Record<RunStatus | 'RUNNING', number> = { RUNNING: 1, FINISHED: 3, FAILED: 4, KILLED: 5 };

/**
 * A run in a folder, as MLflow's file store lays it out: `EXPERIMENT/RUN/` with `meta.yaml`, a file for each parameter, tag and
 * metric, and the artifacts. To look at it: `MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri FOLDER`; to bring it to a
 * database: `mlflow migrate-filestore --source FOLDER --target sqlite:///FILE`.
 *
 * @throws InputError where the folder cannot be written, here and whenever something is recorded
 */
export function folderDestination(start: RunStart): Destination {
  const experiment = makeExperiment(start);
  const folder = join(start.address, experiment, start.id);
  const meta = join(folder, 'meta.yaml');
  // A resumed run began when its first part did.
  const [, noted] = /start_time"?: (\d+)/.exec(readStateFile(meta, LARGEST_META) ?? '') ?? [];
  const began = isCount(Number(noted), 0) ? Number(noted) : start.started;

  const writeMeta = (status: RunStatus | 'RUNNING', ended: number | null) =>
    writeJson(meta, {
      artifact_uri: pathToFileURL(join(folder, 'artifacts')).href,
      end_time: ended,
      entry_point_name: '',
      experiment_id: experiment,
      lifecycle_stage: 'active',
      run_id: start.id,
      run_name: start.name,
      run_uuid: start.id,
      source_name: '',
      source_type: 4,
      source_version: '',
      start_time: began,
      status: STATUS[status],
      tags: [],
      user_id: '',
    });

  const record = (entry: Entry): void => {
    if (entry.kind === 'end') writeMeta(entry.status, entry.time);
    else if (entry.kind === 'artifact') copyWhole(entry.file, inside(join(folder, 'artifacts'), entry.path));
    else
      for (const [name, value] of Object.entries(entry.values))
        appendLine(inside(join(folder, 'metrics'), name), `${entry.time} ${value} ${entry.step}`);
  };

  for (const part of ['artifacts', 'metrics', 'params', 'tags'])
    whileWriting(folder, () => mkdirSync(join(folder, part), { recursive: true }));
  const tags = {
    ...start.tags,
    'mlflow.runName': start.name,
    ...(start.parent && { [PARENT_TAG]: start.parent }),
  };
  for (const [name, value] of Object.entries(tags))
    writeFileAtomically(inside(join(folder, 'tags'), name), value);
  for (const [name, value] of Object.entries(start.parameters))
    writeFileAtomically(inside(join(folder, 'params'), name), value);
  writeMeta('RUNNING', null);
  return { record, close: async () => {} };
}

/** Bytes of a meta.yaml. */
const LARGEST_META = 1 << 20;

/** The file for a name, which may contain folders. @throws InputError for a name that leads out of the folder */
function inside(folder: string, name: string): string {
  if (isInside(name)) return join(folder, name);
  throw new InputError(`"${name}" names no file in ${folder}`);
}

/** The folder of the experiment: a number made of its name, so that processes that make it at once make the same. */
function makeExperiment({ address, experiment: name, started }: RunStart): string {
  const id = String(createHash('sha256').update(name).digest().readUIntBE(0, 6));
  const folder = join(address, id);
  const meta = join(folder, 'meta.yaml');
  if (!existsSync(meta))
    writeJson(meta, {
      artifact_location: pathToFileURL(folder).href,
      creation_time: started,
      experiment_id: id,
      last_update_time: started,
      lifecycle_stage: 'active',
      name,
    });
  return id;
}

function appendLine(file: string, line: string): void {
  whileWriting(file, () => {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, `${line}\n`);
  });
}

function copyWhole(from: string, to: string): void {
  whileWriting(to, () => {
    mkdirSync(dirname(to), { recursive: true });
    const temporary = `${to}.${randomBytes(4).toString('hex')}.partial`;
    try {
      copyFileSync(from, temporary, constants.COPYFILE_EXCL);
      renameSync(temporary, to);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

/** MLflow reads YAML, which every JSON is too. */
function writeJson(file: string, fields: object): void {
  writeFileAtomically(file, `${JSON.stringify(fields, null, 2)}\n`);
}
