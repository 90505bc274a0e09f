/**
 * `npm run gpu-check [-- --json]`: whether training works on this machine's GPU.
 *
 * Compares the result and the gradients of every operation of src/nn/operations on the GPU, where they are composed of TensorFlow's,
 * with those of the processor, where our own kernels compute: in 32-bit floats throughout, with TF32 switched off. An error is the
 * largest difference in units of the largest number; more than 1e-4 is a failure. Then fine-tunes MiniLM-L6 on the 80 sentences
 * about cooking, with TensorFlow's defaults: tokens per second, loss, and memory, of which TensorFlow takes what it needs and no more.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, peakMegabytes, projectRoot } from '../foundation';
import { usesGpu } from '../nn';
import { type Computed, computeOperations, largestErrors } from '../nn/operations/operations.fixture';
import { fineTune } from './recipe';

/** Rounding of sums in another order; a wrong formula is off by much more. */
export const TOLERANCE = 1e-4;

/** Computes all operations in a process of its own, which has the device that the variables leave it. */
export function operationsIn(variables: Record<string, string>): { gpu: boolean; computed: Computed[] } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [__filename, '--operations'], {
    env: { ...process.env, ...variables },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0)
    throw new Error(`the operations could not be computed: ${stderr.trim().split('\n').pop()}`);
  const { gpu, computed } = JSON.parse(stdout) as {
    gpu: boolean;
    computed: { name: string; values: string[] }[];
  };
  return {
    gpu,
    computed: computed.map(({ name, values }) => ({ name, values: values.map(numbersOf) })),
  };
}

function writeOperations(): void {
  const computed = computeOperations(!usesGpu()).map(({ name, values }) => ({
    name,
    values: values.map((array) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64'),
    ),
  }));
  process.stdout.write(JSON.stringify({ gpu: usesGpu(), computed }));
}

function numbersOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Fine-tunes an encoder on the sentences about cooking. */
export async function trainOnce(encoder: string, epochs: number) {
  const data = join(projectRoot, 'examples', 'data', 'cooking');
  const out = mkdtempSync(join(tmpdir(), 'falconframes-gpu-check-'));
  try {
    const { tokensPerSecond } = await fineTune({
      ...{ train: [join(data, 'train.jsonl')], dev: [join(data, 'dev.jsonl')], out },
      ...{ encoder, epochs, batchSize: 8, learningRate: 3e-4, maximumLength: 64 },
    });
    const losses = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === 'step')
      .map(({ loss }) => loss as number);
    return { tokensPerSecond, firstLoss: losses[0], lastLoss: losses[losses.length - 1] };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Memory in use on the GPU in megabytes, as NVIDIA's driver reports it, and the GPU's name; undefined without its program. */
function askDriver(): { name: string; megabytes: number } | undefined {
  const asked = ['--query-gpu=name,memory.used', '--format=csv,noheader,nounits'];
  const { status, stdout } = spawnSync('nvidia-smi', asked, { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const [name, megabytes] = stdout.split('\n')[0].split(', ');
  return { name, megabytes: Number(megabytes) };
}

async function main(json: boolean): Promise<void> {
  process.env.TF_FORCE_GPU_ALLOW_GROWTH = 'true';
  // Before TensorFlow is loaded, which takes some.
  const before = askDriver();
  if (!usesGpu())
    throw new InputError(
      'gpu-check: TensorFlow does not compute on a GPU; run `npm run setup` again where there is one, and look at what its step TensorFlow says',
    );
  const exact = { NVIDIA_TF32_OVERRIDE: '0', TF_FORCE_GPU_ALLOW_GROWTH: 'true' };
  const reference = operationsIn({ ...exact, CUDA_VISIBLE_DEVICES: '-1' });
  const found = operationsIn(exact);
  if (reference.gpu || !found.gpu) throw new Error('both processes had the same device');
  const errors = largestErrors(reference.computed, found.computed);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, askDriver()?.megabytes ?? 0);
  }, 1000);
  const training = await trainOnce('minilm-l6-h384-uncased', 6).finally(() => clearInterval(watch));
  const failed = errors.filter(({ result, gradients }) => !(result <= TOLERANCE && gradients <= TOLERANCE));
  const learns = training.lastLoss < training.firstLoss;
  const report = {
    gpu: before?.name ?? 'unknown',
    errors,
    training,
    gpuMegabytes: before && most > 0 ? most - before.megabytes : null,
    processMegabytes: peakMegabytes(),
    passed: failed.length === 0 && learns,
  };
  const rows = errors.map(({ name, result, gradients }) => ({ operation: name, result, gradients }));
  if (json) console.log(JSON.stringify(report, null, 2));
  else {
    console.table(rows);
    const { tokensPerSecond, firstLoss, lastLoss } = training;
    console.log(
      `${report.gpu}: ${Math.round(tokensPerSecond)} tokens/s, loss ${firstLoss.toFixed(3)} to ${lastLoss.toFixed(3)}`,
    );
    console.log(
      `memory: ${report.gpuMegabytes ?? 'unknown'} MB of the GPU, ${Math.round(report.processMegabytes ?? 0)} MB of the process`,
    );
  }
  if (failed.length > 0)
    throw new InputError(
      `gpu-check: ${failed.map(({ name }) => name).join('; ')}: off by more than ${TOLERANCE} from the processor`,
    );
  if (!learns) throw new InputError('gpu-check: the loss did not fall in training');
}

if (require.main === module) {
  if (process.argv.includes('--operations')) writeOperations();
  else
    main(process.argv.includes('--json')).catch((error: Error) => {
      console.error(error instanceof InputError ? error.message : error);
      process.exitCode = 1;
    });
}
