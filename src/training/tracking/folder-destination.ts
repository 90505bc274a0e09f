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
 * Stores a run in a folder, in the layout of MLflow's file store: `EXPERIMENT/RUN/` with `meta.yaml`, a file for each parameter,
 * tag and metric, and the artifacts. To view it: `MLFLOW_ALLOW_FILE_STORE=true mlflow ui --backend-store-uri FOLDER`; to import it
 * into a database: `mlflow migrate-filestore --source FOLDER --target sqlite:///FILE`.
 *
 * @throws InputError if the folder cannot be written, here and whenever something is recorded
 */
export function folderDestination(start: RunStart): Destination {
  const experiment = makeExperiment(start);
  const folder = join(start.address, experiment, start.id);
  const meta = join(folder, 'meta.yaml');
  // A resumed run keeps the start time of its first part.
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

/** Returns the file for a name, which may contain folders. @throws InputError for a name that leads out of the folder */
function inside(folder: string, name: string): string {
  if (isInside(name)) return join(folder, name);
  throw new InputError(`"${name}" names no file in ${folder}`);
}

/** Creates the folder of the experiment: a number derived from its name, so that concurrent processes create the same. */
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

/** MLflow reads YAML, of which JSON is a subset. */
function writeJson(file: string, fields: object): void {
  writeFileAtomically(file, `${JSON.stringify(fields, null, 2)}\n`);
}
