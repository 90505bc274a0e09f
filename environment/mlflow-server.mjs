// Step: MLflow's server in a separate environment, so that its many packages stay out of .venv.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { mlflowEnvironment, mlflowPython, requirements } from './places.mjs';
import { makeEnvironment, pipInstall } from './python.mjs';

const list = 'requirements-mlflow.txt';
const mark = join(mlflowEnvironment, 'installed.txt');
const wanted = () => readFileSync(requirements(list), 'utf8');

export const mlflowServer = {
  name: 'MLflow',
  needs: [],
  isDone: () => existsSync(mark) && readFileSync(mark, 'utf8') === wanted(),
  plan: () => 'its server (about 300 MB, less than a minute) into .falconframes/mlflow',
  async work() {
    await makeEnvironment(mlflowEnvironment);
    await pipInstall(list, mlflowEnvironment);
    // Shows that no package is missing, and compiles the modules, so that the server starts in seconds.
    await run(mlflowPython, ['-c', 'import mlflow.cli, mlflow.server.fastapi_app'], {
      log: 'try-mlflow',
      env: { PYTHONDONTWRITEBYTECODE: '' },
    });
    writeFileSync(mark, wanted());
  },
};
