// Where things are, in paths that hold for every module of the set-up.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

export const nodeModules = join(root, 'node_modules');

/** The virtual environment with Jupyter and TensorFlow. */
export const venv = join(root, '.venv');

export const venvPython = join(venv, 'bin', 'python');

/** Marks of the set-up steps that write into the virtual environment. */
export const venvMarks = join(venv, '.falconframes');

/** Logs, the lock, the compiled addon: what can be had again but should outlast `npm ci`. */
export const workFolder = join(root, '.falconframes');

/** The virtual environment with MLflow's server. */
export const mlflowEnvironment = join(workFolder, 'mlflow');

export const mlflowPython = join(mlflowEnvironment, 'bin', 'python');

/** Environment variables that turn off the telemetry of what we start; docs/telemetry.md has what each would do. */
export const noTelemetry = JSON.parse(readFileSync(join(root, 'environment', 'no-telemetry.json'), 'utf8'));

/** The project's own requirement lists. */
export const requirements = (name) => join(root, 'environment', name);
