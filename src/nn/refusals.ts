import { InputError } from '../foundation';
import type { EncoderConfiguration } from './networks';
import { openWeights } from './weights';

/** @throws InputError if windows of this length do not fit the encoder */
export function refuseTooLong(
  maximumLength: number,
  { maximumPositions }: EncoderConfiguration,
  folder: string,
): void {
  if (maximumLength > maximumPositions)
    throw new InputError(
      `a maximum length of ${maximumLength} tokens exceeds the encoder's ${maximumPositions} positions (${folder}); choose a shorter one`,
    );
}

/** @throws InputError if the head in the weights has a different number of rows than config.json has labels */
export function refuseOtherHead(folder: string, bias: string, labels: number): void {
  const weights = openWeights(folder);
  const rows = weights.shapeOf(bias)?.[0];
  if (rows !== undefined && rows !== labels)
    throw new InputError(
      `${folder}/config.json: "id2label" names ${labels} labels, but the head in ${weights.path} has ${rows} rows; give each row its name`,
    );
}
