import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../foundation';
import type { Batch } from './batch';
import { readSafetensors } from './safetensors';
import type { Tensor } from './stored-tensor';

/** Test helper: a random network made with Hugging Face's library, and PyTorch's results for it (fixtures/make_fixtures.py). */
export interface NetworkFixture {
  folder: string;
  batch: Batch;
  logits: number[];
  /** The loss is the sum of logits times this, so this is its gradient with respect to the logits. */
  direction: Float32Array;
  gradients: Map<string, Tensor>;
  /** The weights after three steps of AdamW, rate 0.01, decay 0.1. */
  trained: Map<string, Tensor>;
}

const NETWORKS = join(projectRoot, 'src', 'nn', 'fixtures', 'networks');

/** Every architecture with every head, such as `electra-sequence`. */
export const networkFixtureNames = (): string[] => readdirSync(NETWORKS);

export function networkFixture(name: string): NetworkFixture {
  const folder = join(NETWORKS, name);
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    input_ids: number[][];
    attention_mask: number[][];
    token_type_ids?: number[][];
    logits: number[];
    direction: number[];
  };
  const { input_ids: ids, attention_mask: mask, token_type_ids: types } = expected;
  return {
    folder,
    batch: {
      size: ids.length,
      length: ids[0].length,
      inputIds: Int32Array.from(ids.flat()),
      attentionMask: Float32Array.from(mask.flat()),
      tokenTypes: types && Int32Array.from(types.flat()),
    },
    logits: expected.logits,
    direction: Float32Array.from(expected.direction),
    gradients: readSafetensors(join(folder, 'gradients.safetensors')),
    trained: readSafetensors(join(folder, 'trained.safetensors')),
  };
}

/** A key's bias cannot change the softmax: its gradient is rounding noise, which Adam turns into steps of either sign. */
export const isKeyBias = (name: string): boolean => /(key|k_lin|attn\.k)\.bias$/.test(name);

/** Euclidean distance divided by the expected length; tensors that should be (nearly) zero are measured against `floor`. */
export function relativeError(found: ArrayLike<number>, expected: Float32Array, floor: number): number {
  let [distance, length] = [0, 0];
  expected.forEach((value, index) => {
    distance += (value - found[index]) ** 2;
    length += value ** 2;
  });
  return Math.sqrt(distance) / Math.max(Math.sqrt(length), floor);
}
