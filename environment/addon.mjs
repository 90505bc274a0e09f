// Step: the native addon of @tensorflow/tfjs-node-gpu, compiled against the chosen TensorFlow, including our kernels
// (src/nn/native).
//
// The package's own script would download a TensorFlow of 2022, and node-gyp cannot build in a path with spaces, so the compiler is
// called directly. The result is kept outside node_modules/ and survives `npm ci`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError, run, SetupError } from './commands.mjs';
import { root, setupCommand, workFolder } from './places.mjs';
import { chosenTensorFlow, libraryIn } from './tensorflow.mjs';
import { tfjsFolder } from './tfjs.mjs';

// The package looks for its addon in the folder of the newest Node-API version known to both it and Node. Node-API is stable across
// Node versions, so the addon depends on Node only through this number.
const nodeApi = Math.min(8, Number(process.versions.napi));
const addonFolder = () => join(tfjsFolder(), 'lib', `napi-v${nodeApi}`);
const addonFile = () => join(addonFolder(), 'tfjs_binding.node');
const markFile = () => join(addonFolder(), 'built-for.txt');
// The addon looks for TensorFlow's libraries here. A link to their folder, not to the individual files: TensorFlow finds NVIDIA's
// libraries from the folder it was loaded from.
const libraryLinkPath = () => join(tfjsFolder(), 'deps', 'lib');
const kernels = join(root, 'src', 'nn', 'native');

export const nativeAddon = {
  name: 'native addon',
  needs: ['npm packages', 'npm package of TensorFlow', 'TensorFlow'],

  isDone: () =>
    existsSync(addonFile()) &&
    existsSync(markFile()) &&
    readFileSync(markFile(), 'utf8') === whatItIsBuiltFor() &&
    target(libraryLinkPath()) === chosenTensorFlow().folder,

  plan: () => (existsSync(keptAddon()) ? 'already compiled; copying it into place' : 'compiling'),

  async work() {
    const { folder } = chosenTensorFlow();
    const kept = keptAddon();
    if (!existsSync(kept)) {
      mkdirSync(dirname(kept), { recursive: true });
      await compile(folder, `${kept}.part`);
      renameSync(`${kept}.part`, kept);
    }
    const link = libraryLinkPath();
    rmSync(link, { recursive: true, force: true });
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(folder, link);
    mkdirSync(addonFolder(), { recursive: true });
    const addon = addonFile();
    copyFileSync(kept, `${addon}.part`);
    renameSync(`${addon}.part`, addon);
    await tryIt();
    writeFileSync(markFile(), whatItIsBuiltFor());
  },
};

function whatItIsBuiltFor() {
  const { version, cuda } = chosenTensorFlow();
  const { version: tfjs } = JSON.parse(readFileSync(join(tfjsFolder(), 'package.json'), 'utf8'));
  const own = createHash('sha256');
  for (const name of readdirSync(kernels).sort()) own.update(readFileSync(join(kernels, name)));
  const hash = own.digest('hex').slice(0, 8);
  return `napi${nodeApi}-tfjs${tfjs}-tensorflow${version}${cuda ? '-cuda' : ''}-kernels${hash}-${process.platform}-${process.arch}`;
}

const keptAddon = () => join(workFolder, 'addon', whatItIsBuiltFor(), 'tfjs_binding.node');

async function compile(tensorflow, output) {
  const compiler = [process.env.CXX, 'g++', 'c++', 'clang++'].find(
    (name) => name && spawnSync(name, ['--version']).status === 0,
  );
  if (!compiler) {
    throw new SetupError(
      'a C++ compiler is missing; install one with `apt-get install g++` (Debian, Ubuntu) or `dnf install gcc-c++` (Fedora); only what trains or changes weights needs it',
    );
  }
  // Lets loops become vector instructions: sums may be reordered where the source allows it, without mathematical errors and traps.
  // Not split at cache lines: a resumed run, whose arrays are at other addresses, must round the same way.
  const unpeeled = ['--param', 'vect-max-peeling-for-alignment=0'];
  const loops = ['-O3', '-fopenmp-simd', '-fno-math-errno', '-fno-trapping-math', ...unpeeled];
  const options = ['-shared', '-fPIC', '-pthread', ...loops, '-std=c++17', `-DNAPI_VERSION=${nodeApi}`];
  const defines = ['-DNODE_GYP_MODULE_NAME=tfjs_binding', '-DBUILDING_NODE_EXTENSION'];
  const include = [nodeHeaders(), join(tensorflow, 'include')].map((folder) => `-I${folder}`);
  const binding = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjsFolder(), 'binding', name));
  const own = readdirSync(kernels).filter((name) => name.endsWith('.cc'));
  const sources = [...binding, ...own.map((name) => join(kernels, name))];
  const libraries = [libraryIn(tensorflow), join(tensorflow, 'libtensorflow_framework.so.2')];
  const search = '-Wl,-rpath,$ORIGIN/../../deps/lib';
  const result = ['-o', output];
  await run(compiler, [...options, ...defines, ...include, ...sources, ...libraries, search, ...result], {
    log: 'compile-addon',
  });
}

/** Returns the folder with node_api.h: beside Node, where npm is configured to look, or where node-gyp has stored it. */
function nodeHeaders() {
  const prefixes = [
    dirname(dirname(realpathSync(process.execPath))),
    process.env.npm_config_nodedir,
    join(homedir(), '.cache', 'node-gyp', process.versions.node),
  ];
  const folders = prefixes.filter(Boolean).map((prefix) => join(prefix, 'include', 'node'));
  const found = folders.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found) return found;
  throw new SetupError(
    `the headers of Node are missing (node_api.h in ${folders[0]}); install them with \`apt-get install libnode-dev\`, or use Node from its official archive, which includes them`,
  );
}

/** Computes a product in a separate process: shows that every library and symbol is found, and the numbers are right. */
async function tryIt() {
  const script = `
    require('node:util').isNullOrUndefined ??= (value) => value === null || value === undefined;
    const tf = require(${JSON.stringify(tfjsFolder())});
    const [sum] = tf.matMul(tf.ones([1, 300]), tf.ones([300, 1])).dataSync();
    if (tf.getBackend() !== 'tensorflow' || sum !== 300) throw new Error('wrong backend or product');`;
  try {
    await run(process.execPath, ['-e', script], { log: 'try-addon', env: { TF_CPP_MIN_LOG_LEVEL: '2' } });
  } catch (error) {
    // An addon that does not load is not kept.
    rmSync(dirname(keptAddon()), { recursive: true, force: true });
    if (error instanceof CommandError) {
      const reason = error.output.match(/^\w*Error: (.*)$/m)?.[1] ?? error.message;
      throw new SetupError(
        `the compiled addon does not load (${reason}); see ${join(workFolder, 'logs', 'try-addon.log')} and run \`${setupCommand}\` again`,
      );
    }
    throw error;
  }
}

function target(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
