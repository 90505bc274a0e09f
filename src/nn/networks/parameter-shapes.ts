import { sizeOf } from '../stored-tensor';
import type { EncoderConfiguration } from './configuration';
import type { Head } from './definition';
import { encode } from './encoders';
import { applyHead } from './heads';
import type { NetworkOperations } from './operations';

/** Returns every parameter of the encoder with its shape, by Hugging Face's name, in the order of the network. */
export function encoderParameterShapes(configuration: EncoderConfiguration): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  encode(onShapes(shapes), configuration);
  return shapes;
}

/** Returns every parameter that the head adds to the encoder's. */
export function headParameterShapes(configuration: EncoderConfiguration, head: Head): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  applyHead(onShapes(shapes), configuration, head, configuration.hiddenSize);
  return shapes;
}

/** Returns every parameter of an encoder with a head. */
export const parameterShapes = (configuration: EncoderConfiguration, head: Head): Map<string, number[]> =>
  new Map([...encoderParameterShapes(configuration), ...headParameterShapes(configuration, head)]);

/** Returns the number of trainable parameters of an encoder with a head. */
export const parameterCount = (configuration: EncoderConfiguration, head: Head): number =>
  countNumbers(parameterShapes(configuration, head));

/** Returns the total size of arrays of these shapes. */
export const countNumbers = (shapes: ReadonlyMap<string, readonly number[]>): number =>
  [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0);

/** Lists the parameters of a network without computing it: of hidden states, only the width is known. */
function onShapes(shapes: Map<string, number[]>): NetworkOperations<number> {
  const table = ({ name, rows, width }: { name: string; rows: number; width: number }) => {
    shapes.set(`${name}.weight`, [rows, width]);
    return width;
  };
  const norm = (name: string, width: number) => {
    for (const part of ['weight', 'bias']) shapes.set(`${name}.${part}`, [width]);
    return width;
  };
  const linear = (name: string, outputs: number, inputs: number) => {
    shapes.set(`${name}.weight`, [outputs, inputs]);
    shapes.set(`${name}.bias`, [outputs]);
    return outputs;
  };
  return {
    words: table,
    positions: table,
    tokenTypes: table,
    relativePositions: table,
    add: (width) => width,
    dropout: (width) => width,
    firstToken: (width) => width,
    part: (compute) => compute(),
    layerNorm: (width, name) => norm(name, width),
    linear: (inputs, name, outputs) => linear(name, outputs, inputs),
    linearAddNorm: (inputs, width, layer) => norm(layer.norm, linear(layer.linear, width, inputs)),
    attention: (width, { query, key, value, heads, headSize }) => {
      for (const name of [query, key, value]) linear(name, heads * headSize, width);
      return heads * headSize;
    },
    // The table is the encoder's own.
    wordScores(_, { rows }, bias) {
      shapes.set(bias, [rows]);
      return rows;
    },
  };
}
