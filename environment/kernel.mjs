// Step: the TypeScript kernel of the notebooks, registered only in the virtual environment.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules, noTelemetry, venv } from './places.mjs';

const folder = join(venv, 'share', 'jupyter', 'kernels', 'tslab');
const file = join(folder, 'kernel.json');

// What `tslab install` writes, with full paths, so that the notebooks' Node does not depend on PATH.
const specification = JSON.stringify(
  {
    argv: [
      process.execPath,
      join(nodeModules, 'tslab', 'bin', 'tslab'),
      'kernel',
      '--config-path',
      '{connection_file}',
    ],
    display_name: 'TypeScript',
    language: 'typescript',
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...noTelemetry },
  },
  null,
  2,
);

export const typescriptKernel = {
  name: 'TypeScript kernel',
  needs: ['npm packages', 'Jupyter'],
  isDone: () => existsSync(file) && readFileSync(file, 'utf8') === specification,
  plan: () => 'registering tslab with Jupyter',
  work() {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${file}.part`, specification);
    renameSync(`${file}.part`, file);
  },
};
