// npm runs this when the package is installed as a dependency, before any script of its dependencies.
//
// ONNX Runtime's script downloads NVIDIA's providers (some 300 MB), which this library does not use, from outside the npm registry,
// and if that host is unreachable the whole installation fails. It does nothing if the files exist, so this creates empty ones. To
// get the real ones: `npm install --onnxruntime-node-install=cuda12`, which overwrites them.
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
    // If another package manager has not unpacked it yet, its script runs unchanged.
  }
}
