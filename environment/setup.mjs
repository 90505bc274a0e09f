// `npm run setup`: installs everything that training, notebooks and tests need, only in the project folder. In a copy installed by
// npm, `npx falconframes setup` installs what training needs, in the user's cache folder.
//
// Runs before any package is installed, so it uses only Node's modules. It can be run repeatedly: it does what is missing, and
// completes an interrupted run.
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old: FalconFrames needs 20.19 or later; install it with \`nvm install 22\` or from your system's packages`,
  );
  process.exit(1);
}

/**
 * Does what is missing; ends the process with a sentence for each failed step. `say` receives progress messages. Without `parts`,
 * everything except the MLflow server, which only `npm run mlflow` and the tests need; for an installed copy, what training needs.
 * Steps in `optional` may fail.
 */
export async function setUp({ say = console.log, parts, optional = [] } = {}) {
  const { interruptedStatus, passOnInterruptions } = await import('./commands.mjs');
  const { whileAlone } = await import('./lock.mjs');
  const { isInstalled, workFolder } = await import('./places.mjs');
  const { runSteps, seconds } = await import('./steps.mjs');
  const { npmPackages } = await import('./npm.mjs');
  const { jupyter, virtualEnvironment } = await import('./python.mjs');
  const { tensorflow } = await import('./tensorflow.mjs');
  const { tfjsPackage } = await import('./tfjs.mjs');
  const { nativeAddon } = await import('./addon.mjs');
  const { pretrainedEncoder } = await import('./encoder.mjs');
  const { typescriptKernel } = await import('./kernel.mjs');
  const { library } = await import('./library.mjs');
  const { mlflowServer } = await import('./mlflow-server.mjs');

  const stepsOf = {
    project: [
      npmPackages,
      virtualEnvironment,
      tensorflow,
      jupyter,
      pretrainedEncoder,
      typescriptKernel,
      library,
      nativeAddon,
    ],
    training: [tfjsPackage, virtualEnvironment, tensorflow, pretrainedEncoder, nativeAddon],
    mlflow: [mlflowServer],
  };
  const needed = (parts ?? [isInstalled ? 'training' : 'project']).flatMap((part) => stepsOf[part]);
  const steps = [...needed, ...optional.flatMap((part) => stepsOf[part])];
  const start = performance.now();
  passOnInterruptions();
  const { worked, failed } = await whileAlone(say, () => runSteps(steps, say));
  if (interruptedStatus()) {
    say('Interrupted; the next run finishes what is missing');
    process.exit(interruptedStatus());
  }
  if (needed.some(({ name }) => failed.includes(name))) {
    say(
      `Set-up is not complete: ${failed.join(', ')}. The logs are in ${isInstalled ? workFolder : '.falconframes'}/logs/.`,
    );
    process.exit(1);
  }
  say(worked.length ? `Set up in ${seconds(start)}` : `Everything is in place (${seconds(start)})`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await setUp();
