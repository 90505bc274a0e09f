import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { onnx } from 'onnx-proto';
import { InputError, projectRoot } from '../../foundation';
import { readConfiguration } from '../../nn';
import { tinyBertFolder } from '../../nn/tiny-bert.fixture';
import { encodeAsOnnx } from '../export';
import { constantTensor, operatorNode } from '../graph';
import { checkOnnx } from './check';
import { footprintOf } from './footprint';
import { readOnnxGraph } from './onnx-graph';

const expected = readConfiguration(tinyBertFolder);
const exported = encodeAsOnnx(tinyBertFolder);
const encode = (model: onnx.IModelProto) => onnx.ModelProto.encode(model).finish();

/** The tiny tagger's file with another node before its last, or with any other change. */
function changed(change: (graph: onnx.IGraphProto, model: onnx.ModelProto) => void): Uint8Array {
  const model = onnx.ModelProto.decode(exported);
  change(model.graph!, model);
  return encode(model);
}

const withNodes = (nodes: onnx.INodeProto[], constants: onnx.ITensorProto[] = []) =>
  changed((graph) => {
    graph.node!.unshift(...nodes);
    graph.initializer!.push(...constants);
  });

const integers = (name: string, ...values: number[]) =>
  constantTensor(name, [values.length], BigInt64Array.from(values, BigInt));
const index = (name: string, value: number) => constantTensor(name, [], BigInt64Array.of(BigInt(value)));

function refuses(bytes: Uint8Array, message: RegExp): void {
  assert.throws(
    () => checkOnnx(bytes, 'a.onnx', expected),
    (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, message);
      assert.ok(error.message.startsWith('a.onnx: ') && !error.message.includes('\n'));
      return true;
    },
  );
}

test('the files shipped with the package, and an export, pass', () => {
  checkOnnx(exported, 'a.onnx', expected);
  for (const name of ['falconframes-small', 'falconframes-tiny']) {
    const folder = join(projectRoot, 'models', name);
    checkOnnx(readFileSync(join(folder, 'onnx', 'model_quantized.onnx')), name, readConfiguration(folder));
  }
});

test('loops, conditions, functions and unknown operators are rejected', () => {
  for (const operator of ['Loop', 'Scan', 'If']) {
    const node = operatorNode(operator, ['input_ids'], ['x']);
    node.attribute = [{ name: 'body', type: onnx.AttributeProto.AttributeType.GRAPH, g: { name: 'body' } }];
    refuses(withNodes([node]), new RegExp(`operator "${operator}"`));
    refuses(withNodes([{ ...node, opType: 'Identity' }]), /operator "Identity"/);
  }
  refuses(
    withNodes([{ ...operatorNode('Anything', ['input_ids'], ['x']), domain: 'com.example' }]),
    /com\.example\.Anything/,
  );
  refuses(withNodes([operatorNode('RandomNormal', [], ['x'])]), /RandomNormal/);
  refuses(
    changed((_, model) => Object.assign(model, { trainingInfo: [{}] })),
    /contains training/,
  );
  refuses(
    changed((graph) => Object.assign(graph, { sparseInitializer: [{}] })),
    /contains sparse tensors/,
  );
});

test('values that would fill memory are rejected, however many steps create them', () => {
  const cases: [onnx.INodeProto[], onnx.ITensorProto[]][] = [
    [[operatorNode('ConstantOfShape', ['s'], ['x'])], [integers('s', 100_000, 100_000)]],
    [[operatorNode('Range', ['a', 'b', 'c'], ['x'])], [index('a', 0), index('b', 1e12), index('c', 1)]],
    [[operatorNode('Expand', ['a', 's'], ['x'])], [index('a', 0), integers('s', 1e6, 1e6)]],
    [
      [operatorNode('Unsqueeze', ['input_ids', 'axes'], ['u']), operatorNode('Tile', ['u', 's'], ['x'])],
      [integers('axes', 2), integers('s', 1, 1, 1e9)],
    ],
    // Computed shapes.
    [
      [operatorNode('Mul', ['s', 's'], ['square']), operatorNode('ConstantOfShape', ['square'], ['x'])],
      [integers('s', 1e6)],
    ],
    // Each twice as long as the previous one.
    [
      [
        operatorNode('ConstantOfShape', ['s'], ['d0']),
        ...Array.from({ length: 40 }, (_, step) =>
          operatorNode('Concat', [`d${step}`, `d${step}`], [`d${step + 1}`], { axis: 0 }),
        ),
      ],
      [integers('s', 1000)],
    ],
    // A column and a row, which together form a matrix.
    [
      [
        operatorNode('ConstantOfShape', ['s'], ['column']),
        operatorNode('Transpose', ['column'], ['row'], { perm: [1, 0] }),
        operatorNode('Add', ['column', 'row'], ['x']),
      ],
      [integers('s', 1_000_000, 1)],
    ],
    // Constant-folded on loading, each of acceptable size, but all are kept.
    [
      Array.from({ length: 100 }, (_, step) => operatorNode('ConstantOfShape', ['s'], [`x${step}`])),
      [integers('s', 2000, 2000)],
    ],
  ];
  for (const [nodes, constants] of cases)
    refuses(withNodes(nodes, constants), /numbers in memory|impossible shape/);
});

test('products that would take forever are rejected', () => {
  const nodes = [
    operatorNode('ConstantOfShape', ['square'], ['m']),
    operatorNode('ConstantOfShape', ['row'], ['r']),
    operatorNode('Cast', ['input_ids'], ['floats'], { to: 1 }),
    operatorNode('Transpose', ['floats'], ['column'], { perm: [1, 0] }),
    operatorNode('MatMul', ['column', 'r'], ['m0']),
  ];
  for (let step = 0; step < 200; step++)
    nodes.push(operatorNode('MatMul', [`m${step}`, 'm'], [`m${step + 1}`]));
  refuses(withNodes(nodes, [integers('square', 1000, 1000), integers('row', 1, 1000)]), /multiplications/);
});

test('shapes that depend on the input are rejected', () => {
  refuses(withNodes([operatorNode('ConstantOfShape', ['input_ids'], ['x'])]), /not known before it runs/);
});

test('tensors in other files, of wrong size or without a finite number are rejected', () => {
  const first = (change: (tensor: onnx.ITensorProto) => void) =>
    changed((graph) =>
      change(graph.initializer!.find(({ name }) => name === 'bert.embeddings.LayerNorm.weight')!),
    );
  refuses(
    first((tensor) => {
      tensor.externalData = [{ key: 'location', value: '../../secret' }];
      tensor.dataLocation = 1;
    }),
    /external data.*never read/,
  );
  refuses(
    first((tensor) => void Object.assign(tensor, { dims: [1_000_000_000_000] })),
    /does not contain that many/,
  );
  refuses(
    first((tensor) => void Object.assign(tensor, { dims: [1e9, 1e9] })),
    /impossible shape/,
  );
  refuses(
    first((tensor) => void Object.assign(tensor, { dims: [-16] })),
    /impossible shape/,
  );
  refuses(
    first((tensor) => void Object.assign(tensor, { dataType: 8 })),
    /type number 8/,
  );
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY])
    refuses(
      first((tensor) => {
        const floats = new Float32Array(16).fill(1).with(3, value);
        tensor.rawData = new Uint8Array(floats.buffer);
      }),
      new RegExp(`LayerNorm\\.weight" contains numbers that are not finite \\(${value}\\)`),
    );
});

test('a file for another model than config.json describes is rejected', () => {
  const { encoder, maximumLength } = expected;
  const check = (change: object, longest = maximumLength) =>
    checkOnnx(exported, 'a.onnx', { encoder: { ...encoder, ...change }, maximumLength: longest });
  assert.throws(
    () => check({ vocabularySize: 90 }),
    /word_embeddings.* has 82 rows but config\.json requires 90/,
  );
  assert.throws(() => check({ maximumPositions: 512 }, 512), /position_embeddings.* has 64 rows .* 512/);
  refuses(
    changed((graph) => void Object.assign(graph.output![0], { name: 'x' })),
    /no output "logits"/,
  );
  refuses(
    changed((graph) => void Object.assign(graph.input![0], { name: 'ids' })),
    /asks for the input "ids"/,
  );
});

test('the footprint of an encoder matches its shape', () => {
  const { peak, work } = footprintOf(readOnnxGraph(exported), exported, 64);
  // At least the scores of two heads and their weights, [2, 64, 64] each.
  assert.ok(peak > 2 * 2 * 64 * 64 && peak < 20 * 2 * 64 * 64, `${peak}`);
  const products = 2 * (4 * 64 * 16 * 16 + 2 * 64 * 16 * 32 + 2 * 64 * 64 * 16) + 64 * 16 * 9;
  assert.ok(work > products && work < 3 * products, `${work} against ${products}`);
});

test('a file with any bytes changed passes or is rejected', () => {
  const change = fc.record({ place: fc.nat(exported.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.nat(exported.length),
      (changes, length) => {
        const bytes = Buffer.from(exported);
        for (const { place, byte } of changes) bytes[place] = byte;
        try {
          checkOnnx(length % 4 === 0 ? bytes.subarray(0, length) : bytes, 'a.onnx', expected);
        } catch (error) {
          assert.ok(error instanceof InputError, (error as Error).stack);
          assert.ok(!error.message.includes('\n'), error.message);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
