import { onnx } from 'onnx-proto';
import { InferenceSession } from 'onnxruntime-node';
import { firstLineOf, InputError } from '../../foundation';
import { padBatch } from '../../nn';
import type { Window } from '../../tokenization';
import { constantTensor, operatorNode } from '../graph';
import { onnxInputs } from '../inputs';
import { largeMatrix, rewriteNodes } from '../rewrite';
import {
  addToHistogram,
  type CalibrationMethod,
  chooseRange,
  emptyHistogram,
  type Range,
  scaleAndZero,
} from './calibration';
import type { Int8Choices } from './choices';
import { int8Lookup, int8Weights } from './dynamic';

/**
 * Static 8-bit quantization: like the dynamic kind, but with fixed ranges of the activations. So a text's logits do not depend on
 * its batch; values beyond the calibrated range are clipped.
 *
 * `MatMul(x, W)` becomes `MatMul(DequantizeLinear(QuantizeLinear(x)), DequantizeLinear(W8))`, which runtimes fuse into an integer
 * product and which other quantizers also write.
 *
 * @param ranges of the inputs of linear layers, by name, from `calibrate`
 */
export function quantizeStatically(
  model: onnx.ModelProto,
  ranges: ReadonlyMap<string, Range>,
  choices: Int8Choices = {},
): onnx.ModelProto {
  return rewriteNodes(model, (node, constants) => {
    if (node.opType === 'Gather') return int8Lookup(node, constants, choices);
    if (node.opType !== 'MatMul') return undefined;
    const [input, weight] = node.input!;
    const range = ranges.get(input);
    const matrix = range && int8Weights(weight, constants, choices);
    if (!matrix) return undefined;
    const [values, scale, zero] = ['int8', 'scale', 'zero'].map((part) => `${input}/${part}`);
    const nodes: onnx.INodeProto[] = [];
    if (!constants.has(scale)) {
      const chosen = scaleAndZero(range);
      constants.set(scale, constantTensor(scale, [], Float32Array.of(chosen.scale)));
      constants.set(zero, constantTensor(zero, [], Uint8Array.of(chosen.zero)));
      nodes.push(operatorNode('QuantizeLinear', [input, scale, zero], [values]));
    }
    // A scale of the whole matrix is a scalar here, those of its outputs are a list.
    const { dims, rawData } = constants.get(matrix.scales)!;
    const shape = choices.perTensor ? [] : dims!.map(Number);
    constants.set(matrix.scales, { ...constants.get(matrix.scales), dims: shape });
    const weightZero = `${weight}/zero`;
    constants.set(weightZero, constantTensor(weightZero, shape, new Int8Array(rawData!.length / 4)));
    const name = node.output![0];
    // One per product, though query, key and value share their input: so runtimes recognize the pattern.
    const [left, right] = [`${name}/input`, `${name}/weight`];
    nodes.push(
      operatorNode('DequantizeLinear', [values, scale, zero], [left]),
      operatorNode('DequantizeLinear', [matrix.values, matrix.scales, weightZero], [right], { axis: 1 }),
      operatorNode('MatMul', [left, right], [name]),
    );
    return nodes;
  });
}

/**
 * Runs the model over windows, one at a time, twice: once for the extremes of each linear layer's input, and, unless only those are
 * needed, once for a histogram between them.
 *
 * Throws InputError if there are no windows.
 */
export async function calibrate(
  model: onnx.ModelProto,
  windows: readonly Window[],
  method: CalibrationMethod,
): Promise<Map<string, Range>> {
  if (windows.length === 0) throw new InputError('there are no calibration sentences; give at least one');
  const names = inputsOfLayers(model);
  const session = await InferenceSession.create(onnx.ModelProto.encode(withOutputs(model, names)).finish());
  try {
    const ranges = new Map<string, Range>();
    await overActivations(session, windows, names, (name, values) => {
      const range = ranges.get(name) ?? { minimum: values[0], maximum: values[0] };
      ranges.set(name, range);
      for (const value of values) {
        if (value < range.minimum) range.minimum = value;
        if (value > range.maximum) range.maximum = value;
      }
    });
    if (method === 'min-max') return ranges;
    const histograms = new Map(names.map((name) => [name, emptyHistogram(ranges.get(name)!)]));
    await overActivations(session, windows, names, (name, values) =>
      addToHistogram(histograms.get(name)!, values),
    );
    return new Map(names.map((name) => [name, chooseRange(histograms.get(name)!, method)]));
  } finally {
    await session.release();
  }
}

function inputsOfLayers(model: onnx.ModelProto): string[] {
  const graph = model.graph!;
  const constants = new Map(graph.initializer!.map((tensor) => [tensor.name!, tensor]));
  const layers = graph.node!.filter(
    ({ opType, input }) => opType === 'MatMul' && largeMatrix(constants, input![1]),
  );
  return [...new Set(layers.map(({ input }) => input![0]))];
}

function withOutputs(model: onnx.ModelProto, names: readonly string[]): onnx.ModelProto {
  const elemType = onnx.TensorProto.DataType.FLOAT;
  const output = names.map((name) => ({ name, type: { tensorType: { elemType } } }));
  return onnx.ModelProto.create({ ...model, graph: { ...model.graph, output } });
}

async function overActivations(
  session: InferenceSession,
  windows: readonly Window[],
  names: readonly string[],
  visit: (name: string, values: Float32Array) => void,
): Promise<void> {
  for (const window of windows) {
    const outputs = await session
      .run(onnxInputs(padBatch([window]), session.inputNames), names)
      .catch((error: Error) => {
        throw new InputError(
          `the model cannot be run on the calibration sentences (${firstLineOf(error.message)}); export it again`,
        );
      });
    for (const name of names) visit(name, outputs[name].data as Float32Array);
  }
}
