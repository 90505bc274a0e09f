import { countOf } from './tensor-check';
import {
  axisOf,
  broadcast,
  type Call,
  input,
  integer,
  list,
  numbersOf,
  placesIn,
  shaped,
  Unclear,
  type Value,
} from './value';

/** The outputs of an operator: shapes, and numbers if shapes are computed from them. */
export type Rule = (call: Call) => Value[];

const mapped =
  (compute?: (number: number) => number): Rule =>
  (call) => {
    const { dims, numbers } = input(call, 0);
    return [{ dims, numbers: compute && numbers?.map(compute) }];
  };

const combined =
  (compute?: (...numbers: number[]) => number): Rule =>
  ({ inputs }) => {
    const given = inputs.filter((value) => value !== undefined);
    const dims = broadcast(given.map((value) => value.dims));
    return [
      shaped(dims, () => {
        if (!compute || given.some(({ numbers }) => !numbers)) return undefined;
        const places = given.map((value) => placesIn(value.dims, dims));
        return Array.from({ length: countOf(dims) }, (_, index) =>
          compute(...given.map(({ numbers }, which) => numbers![places[which][index]])),
        );
      }),
    ];
  };

const isTrue = (condition: boolean): number => (condition ? 1 : 0);

const divide: Rule = (call) => {
  const isFloat = call.inputs.some((value) => value?.isFloat);
  return combined((one, other) => (isFloat ? one / other : Math.trunc(one / other)))(call);
};

/** ONNX's type numbers of floats. */
const FLOATS: ReadonlySet<number> = new Set([1, 10, 11, 16]);

const cast: Rule = (call) => {
  const isFloat = FLOATS.has(integer(call, 'to', 1));
  const { dims, numbers } = input(call, 0);
  return [{ dims, numbers: isFloat ? numbers : numbers?.map(Math.trunc), isFloat }];
};

const reduced =
  (compute?: (numbers: number[]) => number): Rule =>
  (call) => {
    const { dims, numbers } = input(call, 0);
    const named = list(call, 'axes', 1);
    if (!named?.length && integer(call, 'noop_with_empty_axes', 0)) return [input(call, 0)];
    const axes = new Set(
      (named?.length ? named : dims.map((_, axis) => axis)).map((axis) => axisOf(axis, dims.length)),
    );
    const kept = integer(call, 'keepdims', 1);
    const rest = dims.flatMap((extent, axis) => (axes.has(axis) ? (kept ? [1] : []) : [extent]));
    return [shaped(rest, () => (compute && numbers && countOf(rest) === 1 ? [compute(numbers)] : undefined))];
  };

const gather: Rule = (call) => {
  const [data, indices] = [input(call, 0), input(call, 1)];
  const axis = axisOf(integer(call, 'axis', 0), data.dims.length);
  const dims = [...data.dims.slice(0, axis), ...indices.dims, ...data.dims.slice(axis + 1)];
  const { numbers } = data;
  const isList = data.dims.length === 1 && numbers !== undefined;
  return [
    shaped(dims, () =>
      isList ? indices.numbers?.map((place) => numbers.at(place) ?? Number.NaN) : undefined,
    ),
  ];
};

const reshape: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const keepsZeros = integer(call, 'allowzero', 0) === 1;
  const wanted = numbersOf(call, 1).map((extent, axis) =>
    extent === 0 && !keepsZeros ? (dims[axis] ?? 0) : extent,
  );
  const open = wanted.indexOf(-1);
  const known = countOf(wanted.filter((_, axis) => axis !== open));
  if (open >= 0) wanted[open] = known === 0 ? 0 : countOf(dims) / known;
  if (countOf(wanted) !== countOf(dims)) throw new Unclear(`[${dims}] cannot become [${wanted}]`);
  return [shaped(wanted, () => numbers)];
};

const transpose: Rule = (call) => {
  const { dims } = input(call, 0);
  const order = call.node.integers.get('perm') ?? dims.map((_, axis) => dims.length - 1 - axis);
  if (order.length !== dims.length || new Set(order).size !== dims.length)
    throw new Unclear(`the axes of [${dims}] cannot be permuted by [${order}]`);
  return [shaped(order.map((axis) => dims[axisOf(axis, dims.length)]))];
};

const unsqueeze: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const given = list(call, 'axes', 1) ?? [];
  const rank = dims.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(axis, rank)));
  const rest = [...dims];
  return [
    shaped(
      Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : (rest.shift() ?? 1))),
      () => numbers,
    ),
  ];
};

const squeeze: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const given = list(call, 'axes', 1);
  const axes = given && new Set(given.map((axis) => axisOf(axis, dims.length)));
  const kept = dims.filter((extent, axis) => (axes ? !axes.has(axis) : extent !== 1));
  if (countOf(kept) !== countOf(dims))
    throw new Unclear(`the axes [${given}] of [${dims}] cannot be removed`);
  return [shaped(kept, () => numbers)];
};

const concat: Rule = (call) => {
  const given = call.inputs.map((_, index) => input(call, index));
  const [{ dims }] = given;
  const axis = axisOf(integer(call, 'axis', 0), dims.length);
  const length = given.reduce((sum, value) => sum + (value.dims[axis] ?? 0), 0);
  return [
    shaped(dims.with(axis, length), () =>
      dims.length === 1 && given.every(({ numbers }) => numbers)
        ? given.flatMap(({ numbers }) => numbers!)
        : undefined,
    ),
  ];
};

const split: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const axis = axisOf(integer(call, 'axis', 0), dims.length);
  const count = call.node.outputs.length;
  const size = Math.ceil(dims[axis] / count);
  const sizes =
    list(call, 'split', 1) ?? call.node.outputs.map((_, part) => Math.min(size, dims[axis] - part * size));
  let start = 0;
  return sizes.map((extent) => {
    const from = start;
    start += extent;
    return shaped(dims.with(axis, extent), () =>
      dims.length === 1 ? numbers?.slice(from, from + extent) : undefined,
    );
  });
};

const slice: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const starts = list(call, 'starts', 1) ?? [];
  const ends = list(call, 'ends', 2) ?? [];
  const axes = (list(call, 'axes', 3) ?? starts.map((_, axis) => axis)).map((axis) =>
    axisOf(axis, dims.length),
  );
  const steps = call.inputs[4] ? numbersOf(call, 4) : starts.map(() => 1);
  const rest = [...dims];
  let kept = numbers;
  axes.forEach((axis, index) => {
    const extent = dims[axis];
    const step = steps[index];
    const clamp = (place: number, least: number, most: number) =>
      Math.min(most, Math.max(least, place < 0 ? place + extent : place));
    const [start, end] =
      step > 0
        ? [clamp(starts[index], 0, extent), clamp(ends[index], 0, extent)]
        : [clamp(starts[index], 0, extent - 1), clamp(ends[index], -1, extent - 1)];
    rest[axis] = Math.max(0, Math.ceil((end - start) / step));
    if (dims.length === 1)
      kept = kept && Array.from({ length: rest[axis] }, (_, place) => kept![start + place * step]);
  });
  return [shaped(rest, () => (dims.length === 1 || String(rest) === String(dims) ? kept : undefined))];
};

const expand: Rule = (call) => {
  const { dims, numbers } = input(call, 0);
  const result = broadcast([dims, numbersOf(call, 1)]);
  return [shaped(result, () => numbers && placesIn(dims, result).map((place) => numbers[place]))];
};

const range: Rule = (call) => {
  const [[start], [limit], [step]] = [0, 1, 2].map((index) => numbersOf(call, index));
  const length = Math.max(0, Math.ceil((limit - start) / step));
  return [shaped([length], () => Array.from({ length }, (_, index) => start + index * step))];
};

const constantOfShape: Rule = (call) => {
  const { numbers: [value] = [0] } = call.inputs[1] ?? {}; // the attribute's tensor, which follows the inputs
  const dims = numbersOf(call, 0);
  return [shaped(dims, () => new Array<number>(countOf(dims)).fill(value ?? 0))];
};

const shape: Rule = (call) => {
  const { dims } = input(call, 0);
  const part = dims.slice(integer(call, 'start', 0), integer(call, 'end', dims.length));
  return [shaped([part.length], () => part)];
};

const flatten: Rule = (call) => {
  const { dims } = input(call, 0);
  const axis = integer(call, 'axis', 1);
  return [shaped([countOf(dims.slice(0, axis)), countOf(dims.slice(axis))])];
};

const gatherND: Rule = (call) => {
  const [{ dims: data }, { dims: indices }] = [input(call, 0), input(call, 1)];
  const depth = indices.at(-1) ?? 0;
  return [shaped([...indices.slice(0, -1), ...data.slice(integer(call, 'batch_dims', 0) + depth)])];
};

const argument: Rule = (call) => {
  const { dims } = input(call, 0);
  const axis = axisOf(integer(call, 'axis', 0), dims.length);
  return [
    shaped(integer(call, 'keepdims', 1) ? dims.with(axis, 1) : dims.filter((_, place) => place !== axis)),
  ];
};

/** Mean and deviation of each row, which few graphs use, are no larger than the rows. */
const sameForAll: Rule = (call) => call.node.outputs.map(() => ({ dims: input(call, 0).dims }));

const dynamicQuantize: Rule = (call) => [{ dims: input(call, 0).dims }, { dims: [] }, { dims: [] }];

/** Standard ONNX operators in exports of the BERT family. Others are rejected. */
export const STANDARD_RULES: Record<string, Rule> = {
  ...Object.fromEntries(
    [
      ...[
        'Erf',
        'Exp',
        'Log',
        'Tanh',
        'Sigmoid',
        'Relu',
        'LeakyRelu',
        'Gelu',
        'Reciprocal',
        'Sin',
        'Cos',
        'IsNaN',
        'IsInf',
      ],
      ...['Clip', 'Softmax', 'LogSoftmax', 'CumSum', 'Trilu', 'QuantizeLinear', 'DequantizeLinear'],
      ...['ScatterND', 'ScatterElements', 'Round'],
    ].map((name) => [name, mapped()]),
  ),
  Identity: mapped((number) => number),
  Cast: cast,
  CastLike: mapped(),
  Abs: mapped(Math.abs),
  Neg: mapped((number) => -number),
  Sign: mapped(Math.sign),
  Floor: mapped(Math.floor),
  Ceil: mapped(Math.ceil),
  Sqrt: mapped(Math.sqrt),
  Not: mapped((number) => isTrue(number === 0)),
  Add: combined((one, other) => one + other),
  Sub: combined((one, other) => one - other),
  Mul: combined((one, other) => one * other),
  Div: divide,
  Mod: combined((one, other) => one % other),
  Pow: combined(Math.pow),
  Min: combined(Math.min),
  Max: combined(Math.max),
  Sum: combined((...numbers) => numbers.reduce((sum, number) => sum + number, 0)),
  And: combined((one, other) => isTrue(one !== 0 && other !== 0)),
  Or: combined((one, other) => isTrue(one !== 0 || other !== 0)),
  Xor: combined((one, other) => isTrue((one !== 0) !== (other !== 0))),
  Equal: combined((one, other) => isTrue(one === other)),
  Less: combined((one, other) => isTrue(one < other)),
  LessOrEqual: combined((one, other) => isTrue(one <= other)),
  Greater: combined((one, other) => isTrue(one > other)),
  GreaterOrEqual: combined((one, other) => isTrue(one >= other)),
  Where: combined((condition, one, other) => (condition !== 0 ? one : other)),
  PRelu: combined(),
  ReduceMean: reduced(),
  ReduceL2: reduced(),
  ReduceSumSquare: reduced(),
  ReduceSum: reduced((numbers) => numbers.reduce((sum, number) => sum + number, 0)),
  ReduceProd: reduced(countOf),
  ReduceMax: reduced((numbers) => Math.max(...numbers)),
  ReduceMin: reduced((numbers) => Math.min(...numbers)),
  ArgMax: argument,
  ArgMin: argument,
  Dropout: sameForAll,
  LayerNormalization: sameForAll,
  SimplifiedLayerNormalization: sameForAll,
  DynamicQuantizeLinear: dynamicQuantize,
  Constant: ({ inputs }) => [inputs[0] ?? { dims: [] }],
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: (call) => [shaped([], () => [countOf(input(call, 0).dims)])],
  Expand: expand,
  Tile: (call) => {
    const repeats = numbersOf(call, 1);
    return [shaped(input(call, 0).dims.map((extent, axis) => extent * repeats[axis]))];
  },
  Range: range,
  Reshape: reshape,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Squeeze: squeeze,
  Flatten: flatten,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: (call) => [{ dims: input(call, 1).dims }],
  GatherND: gatherND,
};
