// `npm run gpu-check [-- --json]`: whether training works on this machine's GPU (src/training/gpu-check.bench.ts). Without one it ends
// at once, before anything is set up.
import { hasNvidiaDevice } from './tensorflow.mjs';

if (hasNvidiaDevice()) {
  process.argv.splice(2, 0, 'gpu-check');
  await import('./bench.mjs');
} else {
  console.error(
    'gpu-check: there is no NVIDIA GPU on this machine; run it on one that has a GPU, such as a Colab notebook with a GPU switched on',
  );
  process.exitCode = 1;
}
