import { statSync } from 'node:fs';
import { onnx } from 'onnx-proto';
import { readEncoderConfiguration } from '../nn';
import { readOnnx } from './rewrite';

/** What an exported graph takes, gives and computes. */
export interface OnnxDescription {
  /** Version of ONNX's operator set. */
  operatorSet: number;
  /** With their axes: a number is fixed, a name is free. */
  inputs: { name: string; type: string; axes: (number | string)[] }[];
  outputs: { name: string; type: string; axes: (number | string)[] }[];
  /** Number of nodes by operator, the most frequent first. */
  operators: Record<string, number>;
  /** Stored tensors by their type, the one with most numbers first. */
  tensors: { type: string; tensors: number; numbers: number }[];
  /** Matrices and tables that are stored as 8-bit integers. */
  quantized: string[];
  bytes: number;
}

const TYPES = new Map<number, string>(
  Object.entries(onnx.TensorProto.DataType).map(([name, number]) => [Number(number), name.toLowerCase()]),
);

/** Describes an ONNX file of a model folder. @throws InputError if it is damaged or cannot be run */
export function describeOnnx(folder: string, path: string): OnnxDescription {
  const { graph, opsetImport } = readOnnx(path, readEncoderConfiguration(folder));
  const operators = new Map<string, number>();
  for (const { opType } of graph!.node!) operators.set(opType!, (operators.get(opType!) ?? 0) + 1);
  const tensors = new Map<string, { tensors: number; numbers: number }>();
  for (const { dataType, dims } of graph!.initializer!) {
    const type = typeOf(dataType!);
    const { tensors: count, numbers } = tensors.get(type) ?? { tensors: 0, numbers: 0 };
    const own = dims!.reduce<number>((product, size) => product * Number(size), 1);
    tensors.set(type, { tensors: count + 1, numbers: numbers + own });
  }
  const quantized = graph!.initializer!.filter(
    ({ dataType, dims }) => dataType === onnx.TensorProto.DataType.INT8 && dims!.length === 2,
  );
  return {
    operatorSet: Number(opsetImport.find(({ domain }) => domain === '')?.version),
    inputs: graph!.input!.map(describeValue),
    outputs: graph!.output!.map(describeValue),
    operators: Object.fromEntries([...operators].sort(([, one], [, other]) => other - one)),
    tensors: [...tensors]
      .map(([type, counts]) => ({ type, ...counts }))
      .sort((one, other) => other.numbers - one.numbers),
    quantized: quantized.map(({ name }) => name!.replace(/\/int8$/, '')),
    bytes: statSync(path).size,
  };
}

const typeOf = (number: number): string => TYPES.get(number) ?? String(number);

function describeValue({ name, type }: onnx.IValueInfoProto): OnnxDescription['inputs'][number] {
  const { elemType, shape } = type!.tensorType!;
  return {
    name: name!,
    type: typeOf(elemType!),
    axes: (shape?.dim ?? []).map(({ dimParam, dimValue }) => dimParam || Number(dimValue)),
  };
}
