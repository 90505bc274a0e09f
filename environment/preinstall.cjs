// npm runs this when the package is installed as a dependency, before any script of the packages that it depends on.
//
// ONNX Runtime's own script fetches NVIDIA's providers (some 300 MB), which this library does not use, from outside the npm registry, and
// where that host is out of reach the whole installation fails. It does nothing where the files stand, so empty ones are put in their
// place. Who wants the real ones: `npm install --onnxruntime-node-install=cuda12`, which overwrites them.
const { existsSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

if (process.platform === 'linux' && process.arch === 'x64') {
  try {
    const runtime = dirname(require.resolve('onnxruntime-node/package.json'));
    for (const name of ['cuda', 'shared', 'tensorrt']) {
      const file = join(runtime, 'bin', 'napi-v6', 'linux', 'x64', `libonnxruntime_providers_${name}.so`);
      if (!existsSync(file)) writeFileSync(file, '');
    }
  } catch {
    // Where another package manager has not unpacked it yet, its script does as it pleases.
  }
}
