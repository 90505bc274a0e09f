import type { onnx } from 'onnx-proto';
import { type EncoderConfiguration, encoderParameterShapes, freshTensors } from '../../nn';
import { encoderGraph, type GraphHead } from '../encoder-graph';

/** Helper for tests and benchmarks: the graph of a tagger with nine labels and new weights. */
export function randomTagger(encoder: EncoderConfiguration): onnx.ModelProto {
  const head: GraphHead = { kind: 'tokens', labels: Array.from({ length: 9 }, (_, label) => `${label}`) };
  const shapes = encoderParameterShapes(encoder)
    .set('classifier.weight', [head.labels.length, encoder.hiddenSize])
    .set('classifier.bias', [head.labels.length]);
  return encoderGraph(encoder, head, freshTensors(shapes, 1), 'fresh weights');
}
