import type { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import { ARCHITECTURES, type EncoderConfiguration, type Head, type LayerNames, type Tensor } from '../nn';
import { GraphWriter } from './graph';
import { transpose } from './transpose';

/**
 * Added to the attention scores of padding: large enough that their softmax is exactly 0, finite in half precision, and the value
 * used by ONNX Runtime's `Attention`.
 */
export const MASKED_SCORE = -10_000;

/** Head of the graph: labels of every token, or of the sentence from its first token. */
export type GraphHead = Exclude<Head, { kind: 'vocabulary' }>;

/**
 * Builds an encoder of the BERT family with its head as an ONNX graph, the same network as in nn/encoder.ts and nn/heads.ts
 * (nn/architectures.ts cites the papers), without dropout.
 *
 * In: `input_ids`, `attention_mask` and, if the architecture has them, `token_type_ids`, int64 [batch, length]. Out: `logits`,
 * float, [batch, length, labels] for tokens or [batch, labels] for sentences. Depth and widths are taken from the tensors' shapes
 * where possible, so that a layer with pruned heads or neurons can be exported. `source` names the file in messages about missing
 * or misshapen tensors.
 */
export function encoderGraph(
  encoder: EncoderConfiguration,
  head: GraphHead,
  tensors: { get(name: string): Tensor | undefined },
  source: string,
): onnx.ModelProto {
  const graph = new GraphWriter();
  const { hiddenSize, embeddingSize } = encoder;
  const { prefix, layer: namesOfLayer, sequenceHead } = ARCHITECTURES[encoder.type];
  const headSize = hiddenSize / encoder.attentionHeads;

  /** Returns the tensor of that name; -1 in `shape` allows any extent. */
  function take(name: string, shape: readonly number[]): Tensor {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new InputError(`${source}: has no tensor "${name}"; export a folder saved by training`);
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((extent, axis) => extent === -1 || extent === tensor.shape[axis]);
    if (!fits) {
      throw new InputError(
        `${source}: "${name}" has the shape [${tensor.shape}] but config.json requires [${shape}]; the two files do not belong together`,
      );
    }
    return tensor;
  }

  function constant(name: string, shape: readonly number[]): string {
    const tensor = take(name, shape);
    return graph.constant(name, tensor.shape, tensor.data);
  }

  /** x W^T + b. The weight is stored [outputs, inputs] and written transposed, as required by MatMul. */
  function linear(input: string, name: string, outputs: number, inputs: number): string {
    const weight = take(`${name}.weight`, [outputs, inputs]);
    const [rows, columns] = weight.shape;
    graph.constant(`${name}.weight`, [columns, rows], transpose(weight.data, rows, columns));
    const product = graph.run('MatMul', `${name}/product`, [input, `${name}.weight`]);
    return graph.run('Add', name, [product, constant(`${name}.bias`, [rows])]);
  }

  function layerNorm(input: string, name: string, width: number): string {
    const scale = constant(`${name}.weight`, [width]);
    const shift = constant(`${name}.bias`, [width]);
    return graph.run('LayerNormalization', name, [input, scale, shift], {
      axis: -1,
      epsilon: { float: encoder.layerNormEpsilon },
    });
  }

  /** Gaussian error linear unit, exact form (Hendrycks & Gimpel 2016), written so that runtimes recognize and fuse it. */
  function gelu(input: string, name: string): string {
    const argument = graph.run('Div', `${name}/argument`, [input, graph.scalar(Math.fround(Math.SQRT2))]);
    const error = graph.run('Erf', `${name}/erf`, [argument]);
    const gate = graph.run('Add', `${name}/gate`, [error, graph.scalar(1)]);
    const product = graph.run('Mul', `${name}/product`, [input, gate]);
    return graph.run('Mul', name, [product, graph.scalar(0.5)]);
  }

  /** Word + position + token type embeddings, normalized: [batch, length, hidden]. */
  function embeddings(ids: string, tokenTypes: string | undefined): string {
    const name = `${prefix}.embeddings`;
    const table = (kind: string, rows: number) =>
      constant(`${name}.${kind}_embeddings.weight`, [rows, embeddingSize]);
    const shape = graph.run('Shape', `${name}/shape`, [ids]);
    const length = graph.run('Gather', `${name}/length`, [shape, graph.index(1)]);
    const positions = graph.run('Range', `${name}/positions`, [graph.index(0), length, graph.index(1)]);
    let sum = graph.run('Gather', `${name}/word`, [table('word', encoder.vocabularySize), ids]); // [batch, length, embedding]
    if (tokenTypes !== undefined) {
      const types = table('token_type', encoder.tokenTypes);
      sum = graph.run('Add', `${name}/typed`, [
        sum,
        graph.run('Gather', `${name}/type`, [types, tokenTypes]),
      ]);
    }
    const places = table('position', encoder.maximumPositions);
    const place = graph.run('Gather', `${name}/place`, [places, positions]); // [length, embedding]
    sum = graph.run('Add', `${name}/sum`, [sum, place]);
    const normalized = layerNorm(sum, `${name}.LayerNorm`, embeddingSize);
    return embeddingSize === hiddenSize
      ? normalized
      : linear(normalized, `${prefix}.embeddings_project`, hiddenSize, embeddingSize);
  }

  /** 0 for tokens, MASKED_SCORE for padding: [batch, 1, 1, length]. */
  function additiveMask(mask: string): string {
    const spread = graph.run('Unsqueeze', 'mask/spread', [mask, graph.integers(1, 2)]);
    const kept = graph.run('Cast', 'mask/kept', [spread], { to: 1 });
    const dropped = graph.run('Sub', 'mask/dropped', [graph.scalar(1), kept]);
    return graph.run('Mul', 'mask/additive', [dropped, graph.scalar(MASKED_SCORE)]);
  }

  function attention(input: string, mask: string, names: LayerNames, path: string): string {
    // The remaining heads of this layer.
    const width = take(`${names.query}.weight`, [-1, hiddenSize]).shape[0];
    const heads = width / headSize;
    if (!Number.isInteger(heads)) {
      throw new InputError(
        `${source}: "${names.query}.weight" has ${width} rows, which is not a multiple of the head size ${headSize}; correct config.json`,
      );
    }
    const split = (part: 'query' | 'key' | 'value', order: number[]) => {
      const flat = linear(input, names[part], width, hiddenSize); // [batch, length, width]
      const shape = graph.integers(0, 0, heads, headSize);
      const apart = graph.run('Reshape', `${path}/${part}/apart`, [flat, shape]);
      return graph.run('Transpose', `${path}/${part}/heads`, [apart], { perm: order });
    };
    const query = split('query', [0, 2, 1, 3]); // [batch, heads, length, head size]
    const key = split('key', [0, 2, 3, 1]); // [batch, heads, head size, length]
    const value = split('value', [0, 2, 1, 3]); // [batch, heads, length, head size]
    const products = graph.run('MatMul', `${path}/products`, [query, key]); // [batch, heads, length, length]
    const scaled = graph.run('Div', `${path}/scaled`, [
      products,
      graph.scalar(Math.fround(Math.sqrt(headSize))),
    ]);
    const scores = graph.run('Add', `${path}/scores`, [scaled, mask]);
    const weights = graph.run('Softmax', `${path}/weights`, [scores], { axis: -1 });
    const context = graph.run('MatMul', `${path}/context`, [weights, value]); // [batch, heads, length, head size]
    const together = graph.run('Transpose', `${path}/together`, [context], { perm: [0, 2, 1, 3] });
    const flat = graph.run('Reshape', `${path}/flat`, [together, graph.integers(0, 0, width)]);
    const output = linear(flat, names.attentionOutput, hiddenSize, width);
    const sum = graph.run('Add', `${path}/sum`, [output, input]);
    return layerNorm(sum, names.attentionNorm, hiddenSize);
  }

  function feedForward(input: string, names: LayerNames, path: string): string {
    const width = take(`${names.expand}.weight`, [-1, hiddenSize]).shape[0];
    const inner = gelu(linear(input, names.expand, width, hiddenSize), `${path}/gelu`);
    const output = linear(inner, names.contract, hiddenSize, width);
    const sum = graph.run('Add', `${path}/sum`, [output, input]);
    return layerNorm(sum, names.outputNorm, hiddenSize);
  }

  /** Classifies the sentence from its first token: [batch, labels]. */
  function classifySequence(hidden: string, labels: number): string {
    const { transform, activation, output } = sequenceHead;
    const first = graph.run('Gather', 'sequence/first', [hidden, graph.index(0)], { axis: 1 }); // [batch, hidden]
    const transformed = linear(first, transform, hiddenSize, hiddenSize);
    const operator = { tanh: 'Tanh', relu: 'Relu', gelu: undefined }[activation];
    const pooled = operator
      ? graph.run(operator, 'sequence/pooled', [transformed])
      : gelu(transformed, 'sequence/pooled');
    return linear(pooled, output, labels, hiddenSize);
  }

  const ids = graph.input('input_ids', ['batch', 'length']);
  const attentionMask = graph.input('attention_mask', ['batch', 'length']);
  const tokenTypes = encoder.tokenTypes > 0 ? graph.input('token_type_ids', ['batch', 'length']) : undefined;

  let hidden = embeddings(ids, tokenTypes); // [batch, length, hidden]
  const mask = additiveMask(attentionMask);
  for (let layer = 0; layer < encoder.layers; layer++) {
    const names = namesOfLayer(layer);
    const path = `layer.${layer}`;
    hidden = feedForward(attention(hidden, mask, names, `${path}/attention`), names, path);
  }
  const labels = head.labels.length;
  const sequence = head.kind === 'sequence';
  const logits = sequence
    ? classifySequence(hidden, labels)
    : linear(hidden, 'classifier', labels, hiddenSize);
  graph.run('Identity', 'logits', [logits]);
  graph.output('logits', sequence ? ['batch', labels] : ['batch', 'length', labels]);
  return graph.finish(encoder.type);
}
