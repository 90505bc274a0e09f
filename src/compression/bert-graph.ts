import type { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import type { EncoderConfiguration, Tensor } from '../nn';
import { GraphWriter } from './graph';

/** Added to the attention scores of padding: large enough that their softmax is exactly 0, and finite in half precision. */
const MASKED_SCORE = -10_000;

/**
 * BERT for token classification (Devlin et al. 2019, after Hugging Face's `BertForTokenClassification`) as an ONNX graph.
 *
 * In: `input_ids`, `attention_mask`, `token_type_ids`, int64 [batch, length]. Out: `logits`, float [batch, length, labels].
 * Depth and widths come from the tensors' own shapes where they can, so that a layer that lost heads or neurons exports as
 * it is. `source` names the file in messages about missing or misshapen tensors.
 */
export function bertGraph(
  encoder: EncoderConfiguration,
  tensors: ReadonlyMap<string, Tensor>,
  labels: number,
  source: string,
): onnx.ModelProto {
  const graph = new GraphWriter();
  const hiddenSize = encoder.hiddenSize;
  const headSize = hiddenSize / encoder.attentionHeads;

  /** The tensor of that name; -1 in `shape` lets an extent be what it is. */
  function take(name: string, shape: readonly number[]): Tensor {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new InputError(`${source}: has no tensor "${name}"; export a folder saved by training`);
    const fits =
      tensor.shape.length === shape.length &&
      shape.every((extent, axis) => extent === -1 || extent === tensor.shape[axis]);
    if (!fits) {
      throw new InputError(
        `${source}: "${name}" has the shape [${tensor.shape}] where config.json asks for [${shape}]; the two files do not belong together`,
      );
    }
    return tensor;
  }

  function constant(name: string, shape: readonly number[]): string {
    const tensor = take(name, shape);
    return graph.constant(name, tensor.shape, tensor.data);
  }

  /** x W^T + b. The weight is stored [outputs, inputs] and written transposed, as MatMul wants it. */
  function linear(input: string, name: string, outputs: number, inputs: number): string {
    const weight = take(`${name}.weight`, [outputs, inputs]);
    const [rows, columns] = weight.shape;
    graph.constant(`${name}.weight`, [columns, rows], transposed(weight.data, rows, columns));
    const product = graph.run('MatMul', `${name}/product`, [input, `${name}.weight`]);
    return graph.run('Add', name, [product, constant(`${name}.bias`, [rows])]);
  }

  function layerNorm(input: string, name: string): string {
    const scale = constant(`${name}.weight`, [hiddenSize]);
    const shift = constant(`${name}.bias`, [hiddenSize]);
    return graph.run('LayerNormalization', name, [input, scale, shift], {
      axis: -1,
      epsilon: { float: encoder.layerNormEpsilon },
    });
  }

  /** Gaussian error linear unit, exact form (Hendrycks & Gimpel 2016), spelled so that runtimes see and fuse it. */
  function gelu(input: string, name: string): string {
    const argument = graph.run('Div', `${name}/argument`, [input, graph.scalar(Math.fround(Math.SQRT2))]);
    const error = graph.run('Erf', `${name}/erf`, [argument]);
    const gate = graph.run('Add', `${name}/gate`, [error, graph.scalar(1)]);
    const product = graph.run('Mul', `${name}/product`, [input, gate]);
    return graph.run('Mul', name, [product, graph.scalar(0.5)]);
  }

  function embeddings(ids: string, tokenTypes: string): string {
    const name = 'bert.embeddings';
    const words = constant(`${name}.word_embeddings.weight`, [encoder.vocabularySize, hiddenSize]);
    const places = constant(`${name}.position_embeddings.weight`, [encoder.maximumPositions, hiddenSize]);
    const types = constant(`${name}.token_type_embeddings.weight`, [encoder.tokenTypes, hiddenSize]);
    const shape = graph.run('Shape', `${name}/shape`, [ids]);
    const length = graph.run('Gather', `${name}/length`, [shape, graph.index(1)]);
    const positions = graph.run('Range', `${name}/positions`, [graph.index(0), length, graph.index(1)]);
    const word = graph.run('Gather', `${name}/word`, [words, ids]); // [batch, length, hidden]
    const type = graph.run('Gather', `${name}/type`, [types, tokenTypes]); // [batch, length, hidden]
    const place = graph.run('Gather', `${name}/place`, [places, positions]); // [length, hidden]
    const typed = graph.run('Add', `${name}/typed`, [word, type]);
    const sum = graph.run('Add', `${name}/sum`, [typed, place]);
    return layerNorm(sum, `${name}.LayerNorm`);
  }

  /** 0 where there is text, MASKED_SCORE where there is padding: [batch, 1, 1, length]. */
  function additiveMask(mask: string): string {
    const spread = graph.run('Unsqueeze', 'mask/spread', [mask, graph.integers(1, 2)]);
    const kept = graph.run('Cast', 'mask/kept', [spread], { to: 1 });
    const dropped = graph.run('Sub', 'mask/dropped', [graph.scalar(1), kept]);
    return graph.run('Mul', 'mask/additive', [dropped, graph.scalar(MASKED_SCORE)]);
  }

  function attention(input: string, mask: string, name: string): string {
    // The heads that this layer still has.
    const width = take(`${name}.self.query.weight`, [-1, hiddenSize]).shape[0];
    const heads = width / headSize;
    if (!Number.isInteger(heads)) {
      throw new InputError(
        `${source}: "${name}.self.query.weight" has ${width} rows, which is no multiple of the head size ${headSize}; correct config.json`,
      );
    }
    const split = (part: string, order: number[]) => {
      const flat = linear(input, `${name}.self.${part}`, width, hiddenSize); // [batch, length, width]
      const apart = graph.run('Reshape', `${name}/${part}/apart`, [
        flat,
        graph.integers(0, 0, heads, headSize),
      ]);
      return graph.run('Transpose', `${name}/${part}/heads`, [apart], { perm: order });
    };
    const query = split('query', [0, 2, 1, 3]); // [batch, heads, length, head size]
    const key = split('key', [0, 2, 3, 1]); // [batch, heads, head size, length]
    const value = split('value', [0, 2, 1, 3]); // [batch, heads, length, head size]
    const products = graph.run('MatMul', `${name}/products`, [query, key]); // [batch, heads, length, length]
    const scaled = graph.run('Div', `${name}/scaled`, [
      products,
      graph.scalar(Math.fround(Math.sqrt(headSize))),
    ]);
    const scores = graph.run('Add', `${name}/scores`, [scaled, mask]);
    const weights = graph.run('Softmax', `${name}/weights`, [scores], { axis: -1 });
    const context = graph.run('MatMul', `${name}/context`, [weights, value]); // [batch, heads, length, head size]
    const together = graph.run('Transpose', `${name}/together`, [context], { perm: [0, 2, 1, 3] });
    const flat = graph.run('Reshape', `${name}/flat`, [together, graph.integers(0, 0, width)]);
    const output = linear(flat, `${name}.output.dense`, hiddenSize, width);
    const sum = graph.run('Add', `${name}/sum`, [output, input]);
    return layerNorm(sum, `${name}.output.LayerNorm`);
  }

  function feedForward(input: string, name: string): string {
    const width = take(`${name}.intermediate.dense.weight`, [-1, hiddenSize]).shape[0];
    const inner = gelu(linear(input, `${name}.intermediate.dense`, width, hiddenSize), `${name}/gelu`);
    const output = linear(inner, `${name}.output.dense`, hiddenSize, width);
    const sum = graph.run('Add', `${name}/sum`, [output, input]);
    return layerNorm(sum, `${name}.output.LayerNorm`);
  }

  const ids = graph.input('input_ids', ['batch', 'length']);
  const attentionMask = graph.input('attention_mask', ['batch', 'length']);
  const tokenTypes = graph.input('token_type_ids', ['batch', 'length']);

  let hidden = embeddings(ids, tokenTypes); // [batch, length, hidden]
  const mask = additiveMask(attentionMask);
  for (let layer = 0; layer < encoder.layers; layer++) {
    const name = `bert.encoder.layer.${layer}`;
    hidden = feedForward(attention(hidden, mask, `${name}.attention`), name);
  }
  const logits = linear(hidden, 'classifier', labels, hiddenSize); // [batch, length, labels]
  graph.run('Identity', 'logits', [logits]);
  graph.output('logits', ['batch', 'length', labels]);
  return graph.finish('bert');
}

/** [rows, columns] to [columns, rows]. */
function transposed(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column];
  }
  return result;
}
