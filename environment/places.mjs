// Where things are, in paths that hold for every module of the set-up.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Whether npm installed this copy. npm empties its folder with every update, so what the set-up makes goes elsewhere. */
export const isInstalled = basename(dirname(root)) === 'node_modules';

/** Logs, the lock, the compiled addon: what can be had again but should outlast `npm ci`. src/foundation/places.ts has the same. */
export const workFolder = isInstalled
  ? resolve(
      process.env.FALCONFRAMES_CACHE ||
        join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'falconframes'),
    )
  : join(root, '.falconframes');

/** What a user runs to set up what is missing here. */
export const setupCommand = isInstalled ? 'npx falconframes setup' : 'npm run setup';

export const nodeModules = join(root, 'node_modules');

/** The virtual environment with TensorFlow, and in the project Jupyter. */
export const venv = isInstalled ? join(workFolder, 'python') : join(root, '.venv');

/** The folder that the paths of models/registry.json begin in. */
export const encodersFolder = isInstalled ? workFolder : join(root, 'models');

export const venvPython = join(venv, 'bin', 'python');

/** Marks of the set-up steps that write into the virtual environment. */
export const venvMarks = join(venv, '.falconframes');

/** The virtual environment with MLflow's server. */
export const mlflowEnvironment = join(workFolder, 'mlflow');

export const mlflowPython = join(mlflowEnvironment, 'bin', 'python');

/** Environment variables that turn off the telemetry of what we start; docs/telemetry.md has what each would do. */
export const noTelemetry = JSON.parse(readFileSync(join(root, 'environment', 'no-telemetry.json'), 'utf8'));

/** The project's own requirement lists. */
export const requirements = (name) => join(root, 'environment', name);
