import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Variant } from '../benchmark';
import { benchPythonInstalled, openPeers, openVariant, openVariants } from '../benchmark';
import { projectRoot } from '../foundation';
import type { Run } from './run';

/** The steps of notebook 5 by their names in the benchmark, each derived from the one before. */
export const CHAIN = [
  'model TensorFlow fp32',
  'model ONNX fp32',
  'trimmed ONNX fp32',
  'pruned ONNX fp32',
  'distilled ONNX fp32',
  'fused ONNX fp32',
  'fused ONNX int8',
];

const EXPORTED = join('onnx', 'model.onnx');
const QUANTIZED = join('onnx', 'model_quantized.onnx');

/** Returns the folders of the models included in the project, as far as they exist. */
function shippedModels(): string[] {
  return ['falconframes-small', 'falconframes-tiny']
    .map((name) => join(projectRoot, 'models', name))
    .filter((folder) => existsSync(join(folder, 'config.json')));
}

/** Opens the steps after the model itself, and the models included in the project, all on one thread. */
export async function openSteps({ files }: Run): Promise<Variant[]> {
  const steps = [
    [files.trimmed, EXPORTED],
    [files.pruned, EXPORTED],
    [files.distilled, EXPORTED],
    [files.fused, EXPORTED],
    [files.fused, QUANTIZED],
  ];
  const variants = await Promise.all(steps.map(([folder, file]) => openVariant(folder, file, 1)));
  const shipped = await Promise.all(shippedModels().map((folder) => openVariants(folder, { threads: 1 })));
  return [...variants, ...shipped.flat()];
}

/** Opens the int8 files of the model and of the last step, and the model in fp32, each on one thread and on one thread per core. */
export async function openOnThreads({ files }: Run): Promise<Variant[]> {
  const contenders = [
    [files.model, EXPORTED],
    [files.model, QUANTIZED],
    [files.fused, QUANTIZED],
  ];
  const variants: Variant[] = [];
  for (const [folder, file] of contenders)
    for (const threads of [1, availableParallelism()]) {
      const variant = await openVariant(folder, file, threads);
      variants.push({ ...variant, name: `${variant.name}, ${threads} thread${threads === 1 ? '' : 's'}` });
    }
  return variants;
}

/** Opens the run's model in other programs if their environment is installed; otherwise returns none and the reason. */
export async function openInstalledPeers({
  files,
}: Run): Promise<{ variants: Variant[]; end: () => Promise<void>; missing?: string }> {
  if (benchPythonInstalled()) return openPeers(files.model, { threads: 1 });
  return {
    variants: [],
    end: async () => {},
    missing:
      'PyTorch, ONNX Runtime for Python and transformers.js are skipped: their environment (5 GB) is not installed; `falconframes benchmark --peers FOLDER` installs it.',
  };
}
