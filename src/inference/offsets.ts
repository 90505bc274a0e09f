import type { Entity } from './create-annotator';

/**
 * Returns the entities with offsets in Unicode code points, as Python, R and most other languages index text: a character beyond
 * U+FFFF is two UTF-16 code units and one code point.
 */
export function inCodePoints(entities: readonly Entity[], text: string): Entity[] {
  if (!/[\ud800-\udbff]/.test(text)) return [...entities];
  const before = new Int32Array(text.length + 1); // number of code points that begin before each code unit
  let codePoints = 0;
  let unit = 0;
  for (const character of text) {
    for (let part = 0; part < character.length; part++) before[unit++] = codePoints + part;
    codePoints++;
  }
  before[unit] = codePoints;
  return entities.map((entity) => ({ ...entity, start: before[entity.start], end: before[entity.end] }));
}
