import { checkOutputFolder, InputError } from '../../foundation';
import { Encoder, encoderParameterShapes } from '../../nn';
import { nameInOriginal, planStudent } from './student';

/**
 * Writes a pretrained encoder with some of its layers, as in Sanh et al. 2019 (arXiv:1910.01108): a student that starts from its own
 * weights, for `fineTune` alone or for `distil` with a teacher.
 *
 * @param folder of the encoder
 * @param layers their number, spread from the first to the last, or the layers to keep, counted from 0
 * @param out receives the smaller encoder with the same tokenizer
 * @throws InputError if the encoder has fewer layers, or `out` cannot be written
 * @example
 * cutEncoder(await fetchEncoder('minilm-l6-h384-uncased'), 3, 'runs/minilm-3'); // layers 0, 2 and 5
 */
export function cutEncoder(folder: string, layers: number | number[], out: string): void {
  checkOutputFolder(out, [folder]);
  const isChoice = Array.isArray(layers)
    ? layers.length > 0 && layers.every((layer) => Number.isInteger(layer) && layer >= 0)
    : Number.isInteger(layers) && layers > 0;
  if (!isChoice)
    throw new InputError(
      `${JSON.stringify(layers)} is no choice of layers; give their number, from 1, or a list of layers counted from 0, such as [0, 2, 5]`,
    );
  const whole = Encoder.load(folder);
  try {
    const shape = { layers, hiddenSize: null, attentionHeads: null, intermediateSize: null };
    const { encoder, originalLayers } = planStudent(
      whole.configuration,
      shape,
      folder,
      'the smaller encoder',
    );
    const stored = whole.parameters.snapshot();
    const tensors = [...encoderParameterShapes(encoder).keys()].map((name) => {
      const tensor = stored.get(nameInOriginal(name, originalLayers));
      if (!tensor) throw new InputError(`${folder}: has no tensor for ${name}; restore its weights`);
      return [name, tensor] as const;
    });
    const cut = new Encoder(encoder, new Map(tensors));
    cut.save(out, folder);
    cut.dispose();
  } finally {
    whole.dispose();
  }
}
