import { describeJson, firstLineOf, InputError, readRegularFile } from '../../foundation';
import { approximateParameters, type EncoderConfiguration } from '../../nn';
import { footprintOf, isKnown } from './footprint';
import { type OnnxGraph, readOnnxGraph } from './onnx-graph';
import { checkTensor } from './tensor-check';
import { Unclear } from './value';

/** The parts of a model folder's configuration that the checks need. */
export interface ExpectedShape {
  encoder: EncoderConfiguration;
  maximumLength: number;
}

/** The limit of the format: lengths in protobuf have 31 bits. */
const LARGEST = 2 ** 31 - 1;
/** The inputs that a model receives. */
const INPUTS: ReadonlySet<string> = new Set(['input_ids', 'attention_mask', 'token_type_ids']);

/** Used if nothing is known about the model: a window that fits every model, and the requirements of the largest encoders. */
const USUAL_LENGTH = 8;
const USUAL_PEAK = 2 ** 28;
const USUAL_WORK = 2 ** 42;

/**
 * Reads the bytes of an ONNX file.
 *
 * @param expected the model that it belongs to, if known, which limits its size
 * @throws InputError for a file that cannot be ONNX by its size or kind
 */
export function readOnnxFile(path: string, expected?: { encoder: EncoderConfiguration }): Buffer {
  // The weights in 32-bit floats, and as much again for the rest.
  const most = expected ? Math.min(LARGEST, 2 ** 26 + 8 * approximateParameters(expected.encoder)) : LARGEST;
  return readRegularFile(path, 'an ONNX file of such a model', most, 'export the model again');
}

/**
 * Throws InputError unless the file is an encoder that runs in bounded time and memory.
 *
 * @param place names the file in messages
 * @param expected the configuration that it must match, if known
 */
export function checkOnnx(bytes: Uint8Array, place: string, expected?: ExpectedShape): void {
  let graph: OnnxGraph;
  try {
    graph = readOnnxGraph(bytes);
  } catch (error) {
    throw new InputError(
      `${place}: not an ONNX file (${firstLineOf((error as Error).message)}); export the model again`,
    );
  }
  const refuse = (what: string) => new InputError(`${place}: ${what}; export the model again`);
  if (graph.nodes.length === 0) throw refuse('contains no graph');
  if (graph.extras.length > 0) throw refuse(`contains ${graph.extras[0]}, which no encoder needs`);
  for (const node of graph.nodes) {
    const { operator, domain, tensors } = node;
    if (node.hasGraph || !isKnown(node)) {
      const name = describeJson(`${domain && `${domain}.`}${operator}`);
      throw refuse(`has the operator ${name}, which encoders of the BERT family do not have`);
    }
    for (const tensor of tensors) checkTensor(bytes, tensor, place);
  }
  for (const tensor of graph.tensors) checkTensor(bytes, tensor, place);
  const constants = new Set(graph.tensors.map(({ name }) => name));
  graph.inputs = graph.inputs.filter((name) => !constants.has(name));
  const unknown = graph.inputs.find((name) => !INPUTS.has(name));
  if (unknown !== undefined)
    throw refuse(`asks for the input ${describeJson(unknown)}; known are ${[...INPUTS].join(', ')}`);
  if (!graph.outputs.includes('logits')) throw refuse('has no output "logits"');
  if (expected) checkTables(graph, place, expected);
  checkFootprint(graph, bytes, place, expected);
}

/** The tables of words and positions must have rows for all possible ids. */
function checkTables({ tensors }: OnnxGraph, place: string, { encoder, maximumLength }: ExpectedShape): void {
  const least = { word_embeddings: encoder.vocabularySize, position_embeddings: maximumLength };
  for (const { name, dims } of tensors)
    for (const [part, rows] of Object.entries(least))
      if (name.includes(part) && dims.length === 2 && dims[0] > 1 && dims[1] > 1 && dims[0] < rows)
        throw new InputError(
          `${place}: ${describeJson(name)} has ${dims[0]} rows but config.json requires ${rows}; the two files do not belong together`,
        );
}

function checkFootprint(
  graph: OnnxGraph,
  bytes: Uint8Array,
  place: string,
  expected: ExpectedShape | undefined,
): void {
  const length = expected?.maximumLength ?? USUAL_LENGTH;
  try {
    const { peak, work } = footprintOf(graph, bytes, length);
    const most = expected ? generousFootprint(expected) : { peak: USUAL_PEAK, work: USUAL_WORK };
    if (!(peak <= most.peak && work <= most.work))
      throw new Unclear(
        peak <= most.peak
          ? `${work} multiplications for a window are more than an encoder of its shape needs`
          : `${peak} numbers in memory for a window are more than an encoder of its shape needs`,
      );
  } catch (error) {
    if (!(error instanceof Unclear)) throw error;
    throw new InputError(
      `${place}: is not an encoder that can be run (${error.message}); export the model again`,
    );
  }
}

/** Returns many times the footprint of an encoder of this shape, however it was exported. */
function generousFootprint({ encoder, maximumLength: length }: ExpectedShape) {
  const { layers, attentionHeads, hiddenSize, intermediateSize } = encoder;
  const layer =
    4 * length * hiddenSize ** 2 + 2 * length * hiddenSize * intermediateSize + 2 * length ** 2 * hiddenSize;
  const values = attentionHeads * length ** 2 + length * (3 * hiddenSize + intermediateSize);
  // Weights may be converted when the file is loaded: transposed, or from 16 to 32 bits.
  const weights = approximateParameters(encoder);
  return { peak: 2 ** 26 + 32 * values + 2 * weights, work: 2 ** 28 + 16 * (layers * layer + weights) };
}
