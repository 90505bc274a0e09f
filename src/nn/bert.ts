import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tensorflow } from './backend';
import type { EncoderConfiguration } from './configuration';
import { dropout, gelu, layerNorm, linear, type Noise } from './layers';

/** Windows padded to one length. Row-major // [batch, length] */
export interface Batch {
  size: number;
  length: number;
  inputIds: Int32Array;
  /** 1 where a token stands, 0 on padding. */
  attentionMask: Float32Array;
}

/** Pads windows of token ids to the longest of them. */
export function padBatch(windows: readonly { inputIds: Int32Array }[]): Batch {
  const size = windows.length;
  const length = Math.max(...windows.map(({ inputIds }) => inputIds.length));
  const batch = {
    size,
    length,
    inputIds: new Int32Array(size * length),
    attentionMask: new Float32Array(size * length),
  };
  windows.forEach(({ inputIds }, row) => {
    batch.inputIds.set(inputIds, row * length);
    batch.attentionMask.fill(1, row * length, row * length + inputIds.length);
  });
  return batch;
}

/** Parameters as tensors, by Hugging Face's name. */
export type Weights = ReadonlyMap<string, Tensor>;

/** Every parameter of the encoder with its shape, by Hugging Face's name and in the order of the network. */
export function encoderParameterShapes(configuration: EncoderConfiguration): Map<string, number[]> {
  const { hiddenSize, intermediateSize, vocabularySize, maximumPositions, tokenTypes, layers } =
    configuration;
  const shapes = new Map<string, number[]>([
    ['bert.embeddings.word_embeddings.weight', [vocabularySize, hiddenSize]],
    ['bert.embeddings.position_embeddings.weight', [maximumPositions, hiddenSize]],
    ['bert.embeddings.token_type_embeddings.weight', [tokenTypes, hiddenSize]],
    ['bert.embeddings.LayerNorm.weight', [hiddenSize]],
    ['bert.embeddings.LayerNorm.bias', [hiddenSize]],
  ]);
  const addLinear = (name: string, output: number, input: number) => {
    shapes.set(`${name}.weight`, [output, input]);
    shapes.set(`${name}.bias`, [output]);
  };
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `bert.encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value'])
      addLinear(`${prefix}.attention.self.${part}`, hiddenSize, hiddenSize);
    addLinear(`${prefix}.attention.output.dense`, hiddenSize, hiddenSize);
    shapes.set(`${prefix}.attention.output.LayerNorm.weight`, [hiddenSize]);
    shapes.set(`${prefix}.attention.output.LayerNorm.bias`, [hiddenSize]);
    addLinear(`${prefix}.intermediate.dense`, intermediateSize, hiddenSize);
    addLinear(`${prefix}.output.dense`, hiddenSize, intermediateSize);
    shapes.set(`${prefix}.output.LayerNorm.weight`, [hiddenSize]);
    shapes.set(`${prefix}.output.LayerNorm.bias`, [hiddenSize]);
  }
  return shapes;
}

/**
 * The BERT encoder (Devlin et al. 2019, arXiv:1810.04805), post-norm as published. With `noise`, dropout is on.
 * -> hidden states [batch * length, hidden]
 */
export function encode(weights: Weights, shape: EncoderConfiguration, batch: Batch, noise?: Noise): Tensor2D {
  const tf = tensorflow();
  const get = (name: string): Tensor => weights.get(`bert.${name}`) as Tensor;
  const apply = (x: Tensor2D, name: string) =>
    linear(x, get(`${name}.weight`) as Tensor2D, get(`${name}.bias`) as Tensor1D);
  const normalize = (x: Tensor2D, name: string) =>
    layerNorm(x, get(`${name}.weight`) as Tensor1D, get(`${name}.bias`) as Tensor1D, shape.layerNormEpsilon);

  const { size, length } = batch;
  const heads = shape.attentionHeads;
  const width = shape.hiddenSize / heads;
  const ids = tf.tensor1d(batch.inputIds, 'int32');
  const words = tf
    .gather(get('embeddings.word_embeddings.weight'), ids)
    .reshape([size, length, shape.hiddenSize]);
  const positions = tf.slice(
    get('embeddings.position_embeddings.weight') as Tensor2D,
    [0, 0],
    [length, shape.hiddenSize],
  );
  // Every token is of type 0: a window is one segment.
  const type = tf.slice(
    get('embeddings.token_type_embeddings.weight') as Tensor2D,
    [0, 0],
    [1, shape.hiddenSize],
  );
  const embedded = tf
    .add(words, tf.add(positions, type))
    .reshape([size * length, shape.hiddenSize]) as Tensor2D;
  let hidden = dropout(normalize(embedded, 'embeddings.LayerNorm'), shape.hiddenDropout, noise); // [batch * length, hidden]

  // Padding gets a score so low that softmax gives it no weight. // [batch, 1, 1, length]
  const padding = tf.tensor4d(
    batch.attentionMask.map((mask) => (1 - mask) * -1e9),
    [size, 1, 1, length],
  );
  const splitHeads = (x: Tensor2D) =>
    tf.transpose(x.reshape([size, length, heads, width]), [0, 2, 1, 3]) as Tensor4D;

  for (let layer = 0; layer < shape.layers; layer++) {
    const prefix = `encoder.layer.${layer}`;
    const query = splitHeads(apply(hidden, `${prefix}.attention.self.query`)); // [batch, heads, length, width]
    const key = splitHeads(apply(hidden, `${prefix}.attention.self.key`));
    const value = splitHeads(apply(hidden, `${prefix}.attention.self.value`));
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(width)); // [batch, heads, length, length]
    const attention = dropout(tf.softmax(tf.add(scores, padding)), shape.attentionDropout, noise);
    const context = tf
      .transpose(tf.matMul(attention, value), [0, 2, 1, 3])
      .reshape([size * length, shape.hiddenSize]);

    const attended = dropout(
      apply(context as Tensor2D, `${prefix}.attention.output.dense`),
      shape.hiddenDropout,
      noise,
    );
    hidden = normalize(tf.add(hidden, attended), `${prefix}.attention.output.LayerNorm`);
    const expanded = gelu(apply(hidden, `${prefix}.intermediate.dense`)); // [batch * length, intermediate]
    const contracted = dropout(apply(expanded, `${prefix}.output.dense`), shape.hiddenDropout, noise);
    hidden = normalize(tf.add(hidden, contracted), `${prefix}.output.LayerNorm`);
  }
  return hidden;
}
