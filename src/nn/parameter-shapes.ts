import { ARCHITECTURES } from './architectures';
import { type EncoderConfiguration, headsOfLayer } from './encoder-configuration';
import type { Head } from './heads';

/** Returns every parameter of the encoder with its shape, by Hugging Face's name, in the order of the network. */
export function encoderParameterShapes(configuration: EncoderConfiguration): Map<string, number[]> {
  const { hiddenSize, embeddingSize, intermediateSize, layers } = configuration;
  const { prefix, layer } = ARCHITECTURES[configuration.type];
  const shapes = new ShapeList();
  shapes.table(`${prefix}.embeddings.word_embeddings`, configuration.vocabularySize, embeddingSize);
  shapes.table(`${prefix}.embeddings.position_embeddings`, configuration.maximumPositions, embeddingSize);
  if (configuration.tokenTypes > 0) {
    shapes.table(`${prefix}.embeddings.token_type_embeddings`, configuration.tokenTypes, embeddingSize);
  }
  shapes.norm(`${prefix}.embeddings.LayerNorm`, embeddingSize);
  if (embeddingSize !== hiddenSize) {
    shapes.linear(`${prefix}.embeddings_project`, hiddenSize, embeddingSize);
  }
  for (let index = 0; index < layers; index++) {
    const names = layer(index);
    const headSize = hiddenSize / configuration.attentionHeads;
    const attentionWidth = headsOfLayer(configuration, index) * headSize;
    for (const part of [names.query, names.key, names.value]) shapes.linear(part, attentionWidth, hiddenSize);
    shapes.linear(names.attentionOutput, hiddenSize, attentionWidth);
    shapes.norm(names.attentionNorm, hiddenSize);
    shapes.linear(names.expand, intermediateSize, hiddenSize);
    shapes.linear(names.contract, hiddenSize, intermediateSize);
    shapes.norm(names.outputNorm, hiddenSize);
  }
  return shapes.byName;
}

/** Returns every parameter that the head adds to the encoder's. */
export function headParameterShapes(configuration: EncoderConfiguration, head: Head): Map<string, number[]> {
  const { hiddenSize, embeddingSize, vocabularySize, type } = configuration;
  const { sequenceHead, vocabularyHead } = ARCHITECTURES[type];
  const shapes = new ShapeList();
  switch (head.kind) {
    case 'tokens':
      shapes.linear('classifier', head.labels.length, hiddenSize);
      break;
    case 'sequence':
      shapes.linear(sequenceHead.transform, hiddenSize, hiddenSize);
      shapes.linear(sequenceHead.output, head.labels.length, hiddenSize);
      break;
    case 'vocabulary':
      shapes.linear(vocabularyHead.transform, embeddingSize, hiddenSize);
      shapes.norm(vocabularyHead.norm, embeddingSize);
      shapes.byName.set(vocabularyHead.bias, [vocabularySize]);
  }
  return shapes.byName;
}

/** Returns the number of trainable parameters of an encoder with a head. */
export function parameterCount(configuration: EncoderConfiguration, head: Head): number {
  const shapes = [
    ...encoderParameterShapes(configuration).values(),
    ...headParameterShapes(configuration, head).values(),
  ];
  return shapes.reduce((sum, shape) => sum + shape.reduce((size, extent) => size * extent, 1), 0);
}

class ShapeList {
  readonly byName = new Map<string, number[]>();

  table(name: string, rows: number, width: number): void {
    this.byName.set(`${name}.weight`, [rows, width]);
  }

  linear(name: string, outputs: number, inputs: number): void {
    this.byName.set(`${name}.weight`, [outputs, inputs]);
    this.byName.set(`${name}.bias`, [outputs]);
  }

  norm(name: string, width: number): void {
    this.byName.set(`${name}.weight`, [width]);
    this.byName.set(`${name}.bias`, [width]);
  }
}
