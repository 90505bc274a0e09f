// Step: the TensorFlow that the native addon is linked against.
//
// On a machine without an NVIDIA device the wheel `tensorflow-cpu`; with one, the CUDA TensorFlow already visible to Python (as on
// Colab and Kaggle), or else the wheel `tensorflow` with NVIDIA's libraries beside it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from './commands.mjs';
import { venvMarks } from './places.mjs';
import { findPython, pipInstall, sitePackages } from './python.mjs';

const mark = join(venvMarks, 'tensorflow.json');

export const tensorflow = {
  name: 'TensorFlow',
  needs: ['Python environment'],

  isDone() {
    const chosen = chosenTensorFlow();
    return (
      chosen !== undefined && existsSync(libraryIn(chosen.folder)) && (chosen.cuda || !hasNvidiaDevice())
    );
  },

  plan() {
    if (!hasNvidiaDevice()) return 'the CPU wheel (about 270 MB)';
    const found = installedCudaTensorFlow();
    return found
      ? `NVIDIA device found; using the CUDA TensorFlow in ${found}`
      : 'NVIDIA device found; the CUDA wheel with its libraries (about 3 GB)';
  },

  async work() {
    if (process.platform !== 'linux') {
      throw new SetupError(
        'native TensorFlow is set up on Linux only; use a Linux machine, WSL or environment/Dockerfile (everything except training and notebooks works without)',
      );
    }
    const cuda = hasNvidiaDevice();
    let folder = cuda ? installedCudaTensorFlow() : undefined;
    if (!folder) {
      await pipInstall(cuda ? 'requirements-cuda.txt' : 'requirements-cpu.txt');
      folder = join(sitePackages(), 'tensorflow');
    }
    writeFileSync(mark, JSON.stringify({ folder, version: versionOf(folder), cuda }));
  },
};

/** Returns { folder, version, cuda } of the TensorFlow of this set-up: `folder` contains its libraries and `include/`. */
export function chosenTensorFlow() {
  return existsSync(mark) ? JSON.parse(readFileSync(mark, 'utf8')) : undefined;
}

/** Returns the library with TensorFlow's C interface. */
export const libraryIn = (folder) => join(folder, 'libtensorflow_cc.so.2');

/** Returns whether there is a device on this machine or, under WSL, on its Windows host. */
export function hasNvidiaDevice() {
  return existsSync('/dev/nvidiactl') || existsSync('/usr/lib/wsl/lib/libcuda.so.1');
}

/** Returns the folder of a CUDA TensorFlow outside our environment, or undefined. Found without importing it, which is slow. */
function installedCudaTensorFlow() {
  const script =
    'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s else "")';
  const folder = spawnSync(findPython(), ['-c', script], { encoding: 'utf8' }).stdout.trim();
  if (!folder || !existsSync(libraryIn(folder)) || !existsSync(join(folder, 'include'))) return undefined;
  const build = readFileSync(join(folder, 'python', 'platform', 'build_info.py'), 'utf8');
  return /'is_cuda_build', True/.test(build) ? folder : undefined;
}

/** The version of an installed package is part of the name of the folder beside it. */
function versionOf(folder) {
  const pattern = /^(?:tensorflow|tensorflow_cpu|tf_nightly)-(.+)\.dist-info$/;
  const names = readdirSync(dirname(folder)).map((name) => name.match(pattern)?.[1]);
  return names.find((version) => version !== undefined) ?? 'unknown';
}
