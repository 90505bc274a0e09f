import type { onnx } from 'onnx-proto';
import { InputError } from '../foundation';
import {
  type Activation,
  applyHead,
  type EncoderConfiguration,
  encode,
  type Head,
  type NetworkOperations,
  relativeBucket,
  type Table,
  type Tensor,
} from '../nn';
import { GraphWriter } from './graph';
import { transpose } from './transpose';

/**
 * Added to the attention scores of padding: large enough that their softmax is exactly 0, finite in half precision, and the value
 * used by ONNX Runtime's `Attention`.
 */
export const MASKED_SCORE = -10_000;

/** Head of the graph: labels of every token, or of the text from its first token. */
export type GraphHead = Exclude<Head, { kind: 'vocabulary' }>;

/** A value of the graph, and its last extent. */
interface Value {
  name: string;
  width: number;
}

/**
 * Writes an encoder with its head (nn/networks) as an ONNX graph, without dropout.
 *
 * In: `input_ids`, `attention_mask` and, if the architecture has several token types, `token_type_ids`, int64 [batch, length]. Out:
 * `logits`, float, [batch, length, labels] for tokens or [batch, labels] for texts. `source` names the file in messages about
 * missing or misshapen tensors.
 */
export function encoderGraph(
  encoder: EncoderConfiguration,
  head: GraphHead,
  tensors: { get(name: string): Tensor | undefined },
  source: string,
): onnx.ModelProto {
  const graph = new GraphWriter();
  const nn = onGraph(graph, encoder, tensors, source);
  const logits = applyHead(nn, encoder, head, encode(nn, encoder));
  graph.run('Identity', 'logits', [logits.name]);
  const labels = head.labels.length;
  graph.output('logits', head.kind === 'sequence' ? ['batch', labels] : ['batch', 'length', labels]);
  return graph.finish(encoder.type);
}

/** Writes each operation as nodes of the graph, with names by layer and parameter for viewers. */
function onGraph(
  graph: GraphWriter,
  encoder: EncoderConfiguration,
  tensors: { get(name: string): Tensor | undefined },
  source: string,
): NetworkOperations<Value> {
  const ids = graph.input('input_ids', ['batch', 'length']);
  const attentionMask = graph.input('attention_mask', ['batch', 'length']);
  const mask = once(additiveMask);
  const length = once(() => {
    const shape = graph.run('Shape', 'input/shape', [ids]);
    return graph.run('Gather', 'input/length', [shape, graph.index(1)]);
  });
  /** Of the nodes of a layer's attention. */
  let path = '';

  function take(name: string, shape: readonly number[]): Tensor {
    const tensor = tensors.get(name);
    if (!tensor)
      throw new InputError(`${source}: has no tensor "${name}"; export a folder saved by training`);
    if (String(tensor.shape) !== String(shape))
      throw new InputError(
        `${source}: "${name}" has the shape [${tensor.shape}] but config.json requires [${shape}]; the two files do not belong together`,
      );
    return tensor;
  }

  const constant = (name: string, shape: readonly number[]): string =>
    graph.constant(name, shape, take(name, shape).data);
  const rowsOf = ({ name, rows, width }: Table, indices: string): Value => ({
    name: graph.run('Gather', name, [constant(`${name}.weight`, [rows, width]), indices]),
    width,
  });

  /** x W^T + b. The weight is stored [outputs, inputs] and written transposed, as required by MatMul. */
  function linear({ name: input, width: inputs }: Value, name: string, outputs: number): Value {
    const { data } = take(`${name}.weight`, [outputs, inputs]);
    graph.constant(`${name}.weight`, [inputs, outputs], transpose(data, outputs, inputs));
    const product = graph.run('MatMul', `${name}/product`, [input, `${name}.weight`]);
    const sum = graph.run('Add', name, [product, constant(`${name}.bias`, [outputs])]);
    return { name: sum, width: outputs };
  }

  function layerNorm({ name: input, width }: Value, name: string, epsilon: number): Value {
    const scale = constant(`${name}.weight`, [width]);
    const shift = constant(`${name}.bias`, [width]);
    const attributes = { axis: -1, epsilon: { float: epsilon } };
    return { name: graph.run('LayerNormalization', name, [input, scale, shift], attributes), width };
  }

  function activate({ name: input, width }: Value, activation: Activation): Value {
    const name = `${input}/${activation}`;
    const operator = { tanh: 'Tanh', relu: 'Relu', gelu: undefined }[activation];
    return { name: operator ? graph.run(operator, name, [input]) : gelu(input, name), width };
  }

  /** Gaussian error linear unit, exact form (Hendrycks & Gimpel 2016), written so that runtimes recognize and fuse it. */
  function gelu(input: string, name: string): string {
    const argument = graph.run('Div', `${name}/argument`, [input, graph.scalar(Math.fround(Math.SQRT2))]);
    const error = graph.run('Erf', `${name}/erf`, [argument]);
    const gate = graph.run('Add', `${name}/gate`, [error, graph.scalar(1)]);
    const product = graph.run('Mul', `${name}/product`, [input, gate]);
    return graph.run('Mul', name, [product, graph.scalar(0.5)]);
  }

  /** 0 for tokens, MASKED_SCORE for padding: [batch, 1, 1, length]. */
  function additiveMask(): string {
    const spread = graph.run('Unsqueeze', 'mask/spread', [attentionMask, graph.integers(1, 2)]);
    const kept = graph.run('Cast', 'mask/kept', [spread], { to: 1 });
    const dropped = graph.run('Sub', 'mask/dropped', [graph.scalar(1), kept]);
    return graph.run('Mul', 'mask/additive', [dropped, graph.scalar(MASKED_SCORE)]);
  }

  /** 0, 1, … // -> [length] */
  const range = (name: string): string =>
    graph.run('Range', name, [graph.index(0), length(), graph.index(1)]);

  /** Counts the tokens that are not padding, from the number after padding's id, which padding itself keeps // -> [batch, length] */
  function countedPositions(padding: number): string {
    const name = 'embeddings/positions';
    const isPadding = graph.run('Equal', `${name}/padding`, [ids, graph.index(padding)]);
    const isToken = graph.run('Cast', `${name}/tokens`, [graph.run('Not', `${name}/kept`, [isPadding])], {
      to: 7,
    });
    const count = graph.run('CumSum', `${name}/count`, [isToken, graph.index(1)]);
    const ofTokens = graph.run('Mul', `${name}/counted`, [count, isToken]);
    return graph.run('Add', name, [ofTokens, graph.index(padding)]);
  }

  /** The bucket of each query's distance to each key, looked up by distance // -> [length, length] */
  function buckets(): string {
    const farthest = encoder.maximumPositions - 1;
    const byDistance = BigInt64Array.from({ length: 2 * farthest + 1 }, (_, place) =>
      BigInt(relativeBucket(place - farthest)),
    );
    const places = range('relative/places');
    const queries = graph.run('Unsqueeze', 'relative/queries', [places, graph.integers(1)]); // [length, 1]
    const keys = graph.run('Unsqueeze', 'relative/keys', [places, graph.integers(0)]); // [1, length]
    const distances = graph.run('Sub', 'relative/distances', [keys, queries]);
    const indices = graph.run('Add', 'relative/indices', [distances, graph.index(farthest)]);
    const table = graph.constant('relative/buckets', [byDistance.length], byDistance);
    return graph.run('Gather', 'relative/bucket', [table, indices]);
  }

  return {
    words: (table) => rowsOf(table, ids), // [batch, length, width]
    positions: (table, first) =>
      rowsOf(table, first === 0 ? range('embeddings/positions') : countedPositions(first - 1)),
    tokenTypes: (table) =>
      rowsOf(
        table,
        // With one type, there is nothing to ask for, and Python's tokenizers do not name it.
        table.rows === 1 ? graph.index(0) : graph.input('token_type_ids', ['batch', 'length']),
      ),
    add: (one, other) => ({ ...one, name: graph.run('Add', `${other.name}/sum`, [one.name, other.name]) }),
    layerNorm,
    dropout: (x) => x,
    linear(x, name, outputs, activation) {
      const result = linear(x, name, outputs);
      return activation ? activate(result, activation) : result;
    },
    linearAddNorm(x, residual, { linear: name, norm, epsilon }) {
      const output = linear(x, name, residual.width);
      const sum = graph.run('Add', `${name}/sum`, [output.name, residual.name]);
      return layerNorm({ name: sum, width: residual.width }, norm, epsilon);
    },
    attention(x, { query, key, value, heads, headSize, bias }) {
      const width = heads * headSize;
      const split = (projection: string, part: string, order: number[]) => {
        const flat = linear(x, projection, width); // [batch, length, width]
        const shape = graph.integers(0, 0, heads, headSize);
        const apart = graph.run('Reshape', `${path}/${part}/apart`, [flat.name, shape]);
        return graph.run('Transpose', `${path}/${part}/heads`, [apart], { perm: order });
      };
      const queries = split(query, 'query', [0, 2, 1, 3]); // [batch, heads, length, head size]
      const keys = split(key, 'key', [0, 2, 3, 1]); // [batch, heads, head size, length]
      const values = split(value, 'value', [0, 2, 1, 3]); // [batch, heads, length, head size]
      const products = graph.run('MatMul', `${path}/products`, [queries, keys]); // [batch, heads, length, length]
      const root = graph.scalar(Math.fround(Math.sqrt(headSize)));
      const scaled = graph.run('Div', `${path}/scaled`, [products, root]);
      const biased = bias ? graph.run('Add', `${path}/biased`, [scaled, bias.name]) : scaled;
      const scores = graph.run('Add', `${path}/scores`, [biased, mask()]);
      const weights = graph.run('Softmax', `${path}/weights`, [scores], { axis: -1 });
      const context = graph.run('MatMul', `${path}/context`, [weights, values]); // [batch, heads, length, head size]
      const together = graph.run('Transpose', `${path}/together`, [context], { perm: [0, 2, 1, 3] });
      return { name: graph.run('Reshape', `${path}/flat`, [together, graph.integers(0, 0, width)]), width };
    },
    relativePositions(table) {
      const pairs = rowsOf(table, buckets()); // [length, length, heads]
      const byHead = graph.run('Transpose', 'relative/by-head', [pairs.name], { perm: [2, 0, 1] });
      const name = graph.run('Unsqueeze', 'relative/bias', [byHead, graph.integers(0)]);
      return { name, width: table.width }; // [1, heads, length, length]
    },
    part(compute, layer) {
      if (layer !== undefined) path = `layer.${layer}/attention`;
      return compute();
    },
    firstToken: ({ name, width }) => ({
      name: graph.run('Gather', 'sequence/first', [name, graph.index(0)], { axis: 1 }),
      width,
    }),
    wordScores() {
      throw new Error('masked language models are not exported');
    },
  };
}

/** Computes a value when it is first asked for. */
function once(compute: () => string): () => string {
  let value: string | undefined;
  return () => {
    value ??= compute();
    return value;
  };
}
