/**
 * Factors of the learning rate by parameter: 1 for the head, `decay` for the layer below it, its square for the next, down to the
 * embeddings. Lower layers encode general language and should move less (discriminative fine-tuning: Howard & Ruder 2018,
 * arXiv:1801.06146).
 */
export function layerRates(
  names: Iterable<string>,
  layers: number,
  decay: number,
): ReadonlyMap<string, number> {
  return new Map([...names].map((name) => [name, decay ** depth(name, layers)]));
}

/** Number of layers below the head: 1 for the last layer, number of layers plus one for the embeddings. */
function depth(name: string, layers: number): number {
  const [, layer] = /\.layer\.(\d+)\./.exec(name) ?? [];
  if (layer !== undefined) return layers - Number(layer);
  return /embeddings|relative_attention_bias/.test(name) ? layers + 1 : 0;
}
