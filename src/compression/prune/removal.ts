import { definitionOf, type EncoderConfiguration, headsOfLayer, type Tensor } from '../../nn';

/** A network as plain data. */
export interface Network {
  encoder: EncoderConfiguration;
  tensors: ReadonlyMap<string, Tensor>;
}

/** Removes layers from a network and renumbers the others. */
export function removeLayers({ encoder, tensors }: Network, removed: readonly number[]): Network {
  const kept = range(encoder.layers).filter((layer) => !removed.includes(layer));
  const places = new Map(kept.map((layer, index) => [layer, index]));
  const moved = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const [, layer] = /\.layer\.(\d+)\./.exec(name) ?? [];
    if (layer === undefined) moved.set(name, tensor);
    else if (places.has(Number(layer)))
      moved.set(name.replace(/\.layer\.\d+\./, `.layer.${places.get(Number(layer))}.`), tensor);
  }
  const { prunedHeads, ...rest } = encoder;
  const lost = Object.entries(prunedHeads ?? {})
    .filter(([layer]) => places.has(Number(layer)))
    .map(([layer, heads]) => [places.get(Number(layer)), heads]);
  const heads = lost.length > 0 && { prunedHeads: Object.fromEntries(lost) };
  return { encoder: { ...rest, ...heads, layers: kept.length }, tensors: moved };
}

/**
 * Removes heads from each layer, given by index among its remaining heads. If all layers share a position bias (MPNet), they must lose
 * the same heads, and the bias loses them too.
 */
export function removeHeads({ encoder, tensors }: Network, removed: readonly (readonly number[])[]): Network {
  const headSize = encoder.hiddenSize / encoder.attentionHeads;
  const changed = new Map(tensors);
  const { layer: namesOf, positionBias } = definitionOf(encoder);
  const prunedHeads: Record<number, number[]> = {};
  for (const layer of range(encoder.layers)) {
    const names = namesOf(layer);
    const lost = removed[layer];
    const kept = range(headsOfLayer(encoder, layer)).filter((head) => !lost.includes(head));
    const places = kept.flatMap((head) => range(headSize).map((place) => head * headSize + place));
    if (lost.length > 0) {
      for (const name of [names.query, names.key, names.value]) keepRows(changed, name, places);
      keepColumns(changed, names.attentionOutput, places);
    }
    // Numbered as originally, which is how config.json counts.
    const before = encoder.prunedHeads?.[layer] ?? [];
    const present = range(encoder.attentionHeads).filter((head) => !before.includes(head));
    const all = [...before, ...lost.map((place) => present[place])].sort((one, other) => one - other);
    if (all.length > 0) prunedHeads[layer] = all;
  }
  if (positionBias)
    keepColumns(
      changed,
      positionBias,
      range(headsOfLayer(encoder, 0)).filter((head) => !removed[0].includes(head)),
    );
  const any = Object.keys(prunedHeads).length > 0;
  return { encoder: { ...encoder, ...(any && { prunedHeads }) }, tensors: changed };
}

/** Removes feed-forward neurons from each layer, equally many everywhere. */
export function removeNeurons(
  { encoder, tensors }: Network,
  removed: readonly (readonly number[])[],
): Network {
  const changed = new Map(tensors);
  for (const layer of range(encoder.layers)) {
    const names = definitionOf(encoder).layer(layer);
    const lost = new Set(removed[layer]);
    const kept = range(encoder.intermediateSize).filter((neuron) => !lost.has(neuron));
    keepRows(changed, names.expand, kept);
    keepColumns(changed, names.contract, kept);
  }
  return {
    encoder: { ...encoder, intermediateSize: encoder.intermediateSize - removed[0].length },
    tensors: changed,
  };
}

/** Keeps only the given outputs of a linear layer. */
function keepRows(tensors: Map<string, Tensor>, name: string, places: readonly number[]): void {
  const weight = tensors.get(`${name}.weight`)!;
  const bias = tensors.get(`${name}.bias`)!;
  const width = weight.shape[1];
  const data = new Float32Array(places.length * width);
  places.forEach((place, row) => {
    data.set(weight.data.subarray(place * width, (place + 1) * width), row * width);
  });
  tensors.set(`${name}.weight`, { shape: [places.length, width], data });
  tensors.set(`${name}.bias`, {
    shape: [places.length],
    data: Float32Array.from(places, (place) => bias.data[place]),
  });
}

/** Keeps only the given inputs of a linear layer, or columns of a table. */
function keepColumns(tensors: Map<string, Tensor>, name: string, places: readonly number[]): void {
  const { shape, data } = tensors.get(`${name}.weight`)!;
  const [rows, width] = shape;
  const kept = new Float32Array(rows * places.length);
  for (let row = 0; row < rows; row++)
    for (const [column, place] of places.entries())
      kept[row * places.length + column] = data[row * width + place];
  tensors.set(`${name}.weight`, { shape: [rows, places.length], data: kept });
}

export const range = (count: number): number[] => [...Array(count).keys()];
