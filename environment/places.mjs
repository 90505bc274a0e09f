// Paths, valid for every module of the set-up.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that contains package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** Whether npm installed this copy. npm empties its folder on every update, so the set-up writes elsewhere. */
export const isInstalled = basename(dirname(root)) === 'node_modules';

/**
 * Logs, the lock, the compiled addon: reproducible files that should survive `npm ci`. src/foundation/places.ts returns the same.
 */
export const workFolder = isInstalled
  ? resolve(
      process.env.FALCONFRAMES_CACHE ||
        join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'falconframes'),
    )
  : join(root, '.falconframes');

/** The command that a user runs to set up missing parts. */
export const setupCommand = isInstalled ? 'npx falconframes setup' : 'npm run setup';

export const nodeModules = join(root, 'node_modules');

/** The virtual environment with TensorFlow, and in the project also Jupyter. */
export const venv = isInstalled ? join(workFolder, 'python') : join(root, '.venv');

/** The folder to which paths in models/registry.json are relative. */
export const encodersFolder = isInstalled ? workFolder : join(root, 'models');

export const venvPython = join(venv, 'bin', 'python');

/** Marks of the set-up steps that write into the virtual environment. */
export const venvMarks = join(venv, '.falconframes');

/** The virtual environment with MLflow's server. */
export const mlflowEnvironment = join(workFolder, 'mlflow');

export const mlflowPython = join(mlflowEnvironment, 'bin', 'python');

/** Environment variables that turn off the telemetry of child processes; docs/telemetry.md lists what each would send. */
export const noTelemetry = JSON.parse(readFileSync(join(root, 'environment', 'no-telemetry.json'), 'utf8'));

/** Returns the path of one of the project's requirement lists. */
export const requirements = (name) => join(root, 'environment', name);
