import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { availableCorpora } from '../corpora';
import { cacheFolder, InputError, mirrorFolder, projectRoot } from '../foundation';
import { type ListedEncoder, listEncoders, type TensorFlow, tensorflow } from '../nn';

/** Side of the square matrices of the self-test: large enough that arithmetic dominates. */
const SIDE = 2048;

export type MachineReport = ReturnType<typeof examineMachine>;

/** Inspects this machine, speed test included; takes a few seconds and requires no set-up. */
export function examineMachine() {
  return {
    node: process.versions.node,
    machine: {
      platform: `${platform()} ${release()} ${arch()}`,
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      memoryGB: Number((totalmem() / 2 ** 30).toFixed(1)),
    },
    tensorflow: examineTensorFlow(),
    gpu: nvidiaDevices(),
    notebooks: examineKernel(),
    encoders: listEncoders(),
    data: { mirror: mirrorFolder() ?? null, cache: cacheFolder(), corpora: availableCorpora() },
  };
}

/** Installed versions of packages; a missing one is left out. */
export function libraryVersions(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const path = join(projectRoot, 'node_modules', name, 'package.json');
      return existsSync(path) ? [[name, String(JSON.parse(readFileSync(path, 'utf8')).version)]] : [];
    }),
  );
}

/** Measures native TensorFlow, or returns why it does not load. */
function examineTensorFlow() {
  let tf: TensorFlow;
  try {
    tf = tensorflow();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { loaded: false as const, reason: error.message };
  }
  const { binding, isUsingGpuDevice } = tf.backend() as unknown as {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  return {
    loaded: true as const,
    version: binding.TF_Version,
    tfjs: tf.version['tfjs-core'],
    backend: tf.getBackend(),
    device: isUsingGpuDevice ? 'GPU' : 'CPU',
    matmul: { side: SIDE, type: 'float32', gflops: matmulSpeed(tf) },
  };
}

/** Arithmetic speed of a product of two square matrices: the fastest of eight, which is least affected by other load. */
function matmulSpeed(tf: TensorFlow): number {
  return tf.tidy(() => {
    const left = tf.randomUniform([SIDE, SIDE]);
    const right = tf.randomUniform([SIDE, SIDE]);
    const gflops = Array.from({ length: 8 }, () => {
      const start = performance.now();
      // Reading one number waits for a GPU, which computes asynchronously.
      tf.matMul(left, right).slice([0, 0], [1, 1]).dataSync();
      return (2 * SIDE ** 3) / ((performance.now() - start) * 1e6);
    });
    return Math.round(Math.max(...gflops));
  });
}

function nvidiaDevices(): { name: string; memory: string; driver: string }[] {
  const query = ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  if (status !== 0) return [];
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const [name, memory, driver] = line.split(', ');
      return { name, memory, driver };
    });
}

/** Whether Jupyter can start the TypeScript kernel: it is registered, and the registered files exist. */
function examineKernel() {
  const file = join(projectRoot, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');
  if (!existsSync(file))
    return { kernel: false, reason: 'tslab is not registered; run `npm run setup` in the project' };
  const { argv } = JSON.parse(readFileSync(file, 'utf8')) as { argv: string[] };
  const gone = argv.slice(0, 2).find((path) => !existsSync(path));
  return gone
    ? {
        kernel: false,
        reason: `tslab is registered with ${gone}, which no longer exists; run \`npm run setup\` in the project`,
      }
    : { kernel: true };
}

/** The report as text: each check with its result. */
export function describeMachine(report: MachineReport): [what: string, found: string][] {
  const { machine, tensorflow: native, gpu, notebooks, encoders, data } = report;
  const rows: [string, string][] = [
    ['Node', report.node],
    ['machine', `${machine.platform}, ${machine.cores} cores, ${machine.memoryGB} GB memory`],
    ['processor', machine.processor],
  ];
  if (native.loaded) {
    const { side, gflops } = native.matmul;
    rows.push(
      ['TensorFlow', `${native.version}, native, on the ${native.device} (tfjs ${native.tfjs})`],
      ['matrix product', `${gflops} GFLOPS (float32, ${side} x ${side} x ${side}, fastest of 8)`],
    );
  } else {
    rows.push([
      'TensorFlow',
      `${native.reason}; everything except training and evaluation in TensorFlow works without it`,
    ]);
  }
  rows.push(
    [
      'GPU',
      gpu.map((device) => `${device.name}, ${device.memory}, driver ${device.driver}`).join('; ') || 'none',
    ],
    ['notebook kernel', notebooks.kernel ? 'TypeScript (tslab)' : (notebooks.reason ?? '')],
    ...encoders.map((encoder): [string, string] => ['encoder', describeEncoder(encoder)]),
    [
      'mirror',
      data.mirror
        ? 'the folder in FALCONFRAMES_MIRROR'
        : process.env.FALCONFRAMES_MIRROR
          ? `none (${process.env.FALCONFRAMES_MIRROR} of FALCONFRAMES_MIRROR is not a folder)`
          : 'none (FALCONFRAMES_MIRROR is not set)',
    ],
    ['corpora', data.corpora.map(({ name, where }) => `${name}: ${where}`).join(', ')],
  );
  return rows;
}

/** For example "someone/model: bert, 6 layers of 384, 22.6 million parameters, 91.6 MB on disk, cached from the hub in /…". */
function describeEncoder(encoder: ListedEncoder): string {
  const { name, origin, folder, present, architecture, defect } = encoder;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  if (!present)
    return encoder.bytesToFetch === undefined
      ? `${name} is not set up; run \`npx falconframes setup\``
      : `${name}: not here yet; the first training that names it downloads ${megabytes(encoder.bytesToFetch)}`;
  const isPlain = origin === 'registry' && !defect;
  const facts = [
    architecture,
    encoder.layers && `${encoder.layers} layers of ${encoder.hiddenSize}`,
    encoder.parameters && `${(encoder.parameters / 1e6).toFixed(1)} million parameters`,
    encoder.bytes !== undefined && `${megabytes(encoder.bytes)} on disk`,
    !isPlain && `${origin === 'hub' ? 'cached from the hub ' : ''}in ${folder}`,
  ];
  const told = `${name}: ${facts.filter(Boolean).join(', ')}`;
  return defect ? `${told}; cannot be trained: ${defect}` : told;
}
