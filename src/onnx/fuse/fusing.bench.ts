/**
 * `npm run bench -- fusing [--runs N] [--tokens N] [--json]`: effect of each choice of fused operators on a model's latency.
 *
 * Two models of random weights, one in the shape of the full model with half its layers and one of 2 layers of 192 with heads
 * pruned; each exported, fused and, for int8, quantized. One text of N tokens per call (40 by default), one thread. All variants
 * run in turns, in a different order each time; a ratio is the median over N turns (400 by default) of a variant's time over that
 * of the unfused graph, by wall clock and by CPU time, which excludes other programs.
 */
import { parseArgs } from 'node:util';
import { onnx } from 'onnx-proto';
import { InferenceSession } from 'onnxruntime-node';
import { createRandom } from '../../foundation';
import { type EncoderConfiguration, padBatch } from '../../nn';
import { onnxInputs } from '../inputs';
import { quantizeModel } from '../quantize/dynamic';
import { fuseModel } from './fuse';
import { FUSED_OPERATORS } from './operators';
import { randomTagger } from './random-tagger.fixture';

const WARM_UP_TURNS = 20;

const COMMON = {
  type: 'bert',
  maximumPositions: 512,
  tokenTypes: 2,
  paddingId: 0,
  layerNormEpsilon: 1e-12,
  hiddenDropout: 0,
  attentionDropout: 0,
  sequenceDropout: 0,
} as const;

const SHAPES: Record<string, EncoderConfiguration> = {
  '3 x 384': {
    ...COMMON,
    vocabularySize: 30_522,
    embeddingSize: 384,
    hiddenSize: 384,
    layers: 3,
    attentionHeads: 12,
    intermediateSize: 1536,
  },
  '2 x 192': {
    ...COMMON,
    vocabularySize: 11_000,
    embeddingSize: 192,
    hiddenSize: 192,
    layers: 2,
    attentionHeads: 6,
    prunedHeads: { 0: [3, 4, 5], 1: [5] },
    intermediateSize: 336,
  },
};

interface Row {
  model: string;
  numbers: string;
  fused: string;
  medianMs: number;
  /** Ratio of its time to that of the unfused graph. */
  ratio: number;
  processorRatio: number;
}

/** Returns every set of operators, the empty one first. */
function choices(): string[][] {
  return Array.from({ length: 2 ** FUSED_OPERATORS.length }, (_, set) =>
    FUSED_OPERATORS.filter((_, index) => set & (1 << index)),
  );
}

async function measure(
  name: string,
  quantized: boolean,
  { runs, tokens }: { runs: number; tokens: number },
): Promise<Row[]> {
  const plain = randomTagger(SHAPES[name]);
  const variants = await Promise.all(
    choices().map(async (operators) => {
      const fused = operators.length > 0 ? fuseModel(plain, name, { operators }) : plain;
      const model = quantized ? quantizeModel(fused) : fused;
      const session = await InferenceSession.create(onnx.ModelProto.encode(model).finish(), {
        intraOpNumThreads: 1,
      });
      return {
        fused: operators.join(',') || 'nothing',
        session,
        times: [] as number[],
        processorTimes: [] as number[],
      };
    }),
  );
  const random = createRandom(1);
  const inputIds = Int32Array.from({ length: tokens }, () => random.below(SHAPES[name].vocabularySize));
  const inputs = onnxInputs(padBatch([{ inputIds }]), variants[0].session.inputNames);
  for (let turn = -WARM_UP_TURNS; turn < runs; turn++) {
    for (const { session, times, processorTimes } of random.shuffle(variants)) {
      const processor = process.cpuUsage();
      const start = performance.now();
      await session.run(inputs);
      const time = performance.now() - start;
      const { user, system } = process.cpuUsage(processor);
      if (turn < 0) continue;
      times.push(time);
      processorTimes.push(user + system);
    }
  }
  await Promise.all(variants.map(({ session }) => session.release()));
  const [unfused] = variants;
  const ratio = (times: readonly number[], others: readonly number[]) =>
    median(times.map((time, turn) => time / others[turn]));
  return variants.map(({ fused, times, processorTimes }) => ({
    model: name,
    numbers: quantized ? 'int8' : 'fp32',
    fused,
    medianMs: median(times),
    ratio: ratio(times, unfused.times),
    processorRatio: ratio(processorTimes, unfused.processorTimes),
  }));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '400' },
      tokens: { type: 'string', default: '40' },
      json: { type: 'boolean' },
    },
  });
  const options = { runs: Number(values.runs), tokens: Number(values.tokens) };
  const rows: Row[] = [];
  for (const name of Object.keys(SHAPES))
    for (const quantized of [false, true]) rows.push(...(await measure(name, quantized, options)));
  if (values.json) console.log(JSON.stringify(rows, null, 2));
  else console.table(rows);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
