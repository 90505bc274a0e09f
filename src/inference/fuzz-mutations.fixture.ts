import type { Random } from '../foundation';

/** Helpers of the fuzz run: damage valid inputs by accident-like and hostile mutations. */

const WORDS = [
  '\0',
  '\x1b]0;x\x07',
  '\u202e',
  '\u0085',
  '\ufeff',
  '\ud83e',
  '__proto__',
  '../../x',
  '&lol;',
  ']]>',
  '\r',
  '𝛽',
  '',
];
const NUMBERS = [
  '-1',
  '0',
  '1e400',
  '-0',
  '9007199254740993',
  '4294967296',
  '1e-20',
  '0.5',
  '99999999999999999999',
  'NaN',
];
const XML = [
  '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
  ...[
    '<![CDATA[<p>x</p>',
    '<!-- -- ',
    '<?x ?>',
    '<x:p>',
    '</sec>',
    '<p',
    '&#xd800;',
    '&#0;',
    '&nbsp;',
    '<sub/>',
  ],
  ...['<p>&c;</p>', '<tex-math>\\sum', '<article>', '</article>', '<!--x-->'.repeat(300), '<sup>2</sup>'],
];

export type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const pick = <T>(random: Random, items: readonly T[]): T => items[random.below(items.length)];

/** Replaces the bytes between two positions. */
const put = (bytes: Buffer, start: number, end: number, by: Uint8Array | string) =>
  Buffer.concat([bytes.subarray(0, start), Buffer.from(by as string), bytes.subarray(end)]);

/** Picks two positions, mostly close together. */
function range(bytes: Buffer, random: Random): [number, number] {
  const start = random.below(bytes.length + 1);
  const length = random.below(random.below(8) === 0 ? bytes.length : 40);
  return [start, Math.min(bytes.length, start + length)];
}

export const anyBytes: Mutation[] = [
  (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let left = 1 + random.below(8); left > 0 && changed.length > 0; left--)
      changed[random.below(changed.length)] = random.below(256);
    return changed;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => put(bytes, ...range(bytes, random), ''),
  (bytes, random, other) => put(bytes, ...range(bytes, random), other.subarray(...range(other, random))),
  (bytes, random) => {
    const [start, end] = range(bytes, random);
    const times = pick(random, [2, 2, 3, 100, 2000]);
    const piece = bytes.subarray(start, Math.min(end, start + 500));
    return put(bytes, start, start, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
];

export const anyText: Mutation[] = [
  ...anyBytes,
  (bytes, random) => put(bytes, ...range(bytes, random), pick(random, WORDS)),
  (bytes, random) =>
    put(bytes, ...range(bytes, random), pick(random, WORDS).repeat(pick(random, [1, 50, 20_000]))),
  (bytes, random) => {
    const text = bytes.toString('latin1');
    const numbers = [...text.matchAll(/\d+/g)];
    if (numbers.length === 0) return bytes;
    const { index, 0: digits } = pick(random, numbers);
    return put(bytes, index, index + digits.length, pick(random, NUMBERS));
  },
];

/** Removes, duplicates or moves one tag or text of an XML file, or inserts something hostile or very deep before it. */
function anyTag(bytes: Buffer, random: Random): Buffer {
  const parts = bytes.toString('latin1').split(/(?=<)|(?<=>)/);
  const at = random.below(parts.length);
  const name = pick(random, ['sec', 'p', 'italic', 'list', 'table-wrap', 'sub', 'x']);
  const depth = pick(random, [3, 300, 20_000]);
  const choices = [
    () => parts.splice(at, 1),
    () => parts.splice(at, 0, parts[at]),
    () => parts.splice(random.below(parts.length), 0, ...parts.splice(at, 1 + random.below(3))),
    () => parts.splice(at, 0, pick(random, XML)),
    () =>
      parts.splice(
        at,
        0,
        `<${name}>`.repeat(depth),
        'word',
        `</${name}>`.repeat(random.below(4) ? depth : 0),
      ),
  ];
  pick(random, choices)();
  return Buffer.from(parts.join(''), 'latin1');
}

export const anyXml: Mutation[] = [...anyText, anyTag, anyTag, anyTag];

function hostileValue(random: Random): unknown {
  const depth = pick(random, [10, 3_000]);
  return pick<() => unknown>(random, [
    () => null,
    () => pick(random, [-1, 0, 1e308, 2 ** 31, 2 ** 53, 1e9, 0.1, -0.5]),
    () => pick(random, WORDS).repeat(pick(random, [1, 1000])),
    () => pick<unknown>(random, [[], {}, [null], true, '', 'gelu', '1', [0, 1], { '0': 'O' }]),
    () => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`),
    () => JSON.parse('{"__proto__": {"x": 1}, "constructor": null, "toString": 1}'),
  ])();
}

/** Replaces, removes or duplicates one value anywhere in it, in place. */
export function changeValue(root: unknown, random: Random, hostile = hostileValue): void {
  let holder = root as Record<string, unknown>;
  for (let deeper = true; deeper; ) {
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    const key = pick(random, keys);
    const value = holder[key];
    deeper = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && random.below(6) > 0;
    const fate = random.below(12);
    if (deeper) holder = value as Record<string, unknown>;
    else if (fate < 2) delete holder[key];
    else if (fate < 4 && Array.isArray(holder)) holder.push(value);
    else holder[key] = hostile(random);
  }
}

function anyValue(bytes: Buffer, random: Random): Buffer {
  const lines = bytes.toString('utf8').split('\n');
  const isLines = lines.length > 1 && lines[0].endsWith('}');
  const at = isLines ? random.below(lines.length) : 0;
  try {
    const value = JSON.parse(isLines ? lines[at] : lines.join('\n'));
    changeValue(value, random);
    const changed = JSON.stringify(value);
    return Buffer.from(isLines ? lines.with(at, changed).join('\n') : changed);
  } catch {
    return bytes; // an earlier mutation left no JSON
  }
}

export const anyJson: Mutation[] = [...anyText, anyValue, anyValue, anyValue, anyValue];

/** Mutates the header of a safetensors file and keeps its length field correct. */
export const anyHeader: Mutation = (bytes, random) => {
  if (bytes.length < 8) return bytes;
  const length = Number(bytes.readBigUInt64LE() & 0xffffffn);
  const header = pick(random, [anyValue, anyValue, ...anyText])(bytes.subarray(8, 8 + length), random, bytes);
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, bytes.subarray(8 + length)]);
};

/** Operations of pickles with their arguments. */
const OPERATIONS = [
  ...['(', ')', ']', '}', 't', 'R', 'Q', 'a', 'e', 's', 'u', 'b', 'N', '.', '0', 'o', '\x81', '\x93', '\x94'],
  ...[
    'h\0',
    'h\x03',
    'q\0',
    'K\xff',
    'M\xff\xff',
    'J\xff\xff\xff\xff',
    '\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f',
  ],
  ...[
    'cos\nsystem\n',
    'ios\nsystem\n',
    'ctorch\nSize\n',
    'ctorch\nDoubleStorage\n',
    'ccollections\nOrderedDict\n',
  ],
  ...['X\x01\0\0\0x', 'X\xff\xff\xff\x7f', 'X\x07\0\0\0storage', '\x8d\0\0\0\0\x01\0\0\0'],
];

/** Replaces bytes near the start of a file of pickles, or inserts something there, by an operation or many of it. */
export const anyOperation: Mutation = (bytes, random) => {
  const start = random.below(Math.min(bytes.length, 3000) + 1);
  const operation = Buffer.from(pick(random, OPERATIONS), 'latin1');
  const repeated = Buffer.concat(Array.from({ length: pick(random, [1, 1, 1, 3, 1000]) }, () => operation));
  // An archive remains whole if its length does not change.
  const replaced = random.below(3) ? Math.min(repeated.length, bytes.length - start) : 0;
  return put(bytes, start, start + replaced, repeated);
};

/** Mutates bytes near the end of a file, where an archive lists its entries. */
export const anyDirectory: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  for (let left = 1 + random.below(3); left > 0 && changed.length > 0; left--)
    changed[changed.length - 1 - random.below(Math.min(changed.length, 2000))] = pick(
      random,
      [0, 1, 255, 128, 8],
    );
  return changed;
};

/** Mutates a header block of a tar archive or its content, and corrects the checksum. */
export const anyEntry: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const blocks = Math.floor(bytes.length / 512);
  const start = 512 * random.below(Math.max(1, Math.min(blocks, 8)));
  if (start + 512 > changed.length) return bytes;
  const header = changed.subarray(start, start + 512);
  const [at, length] = pick(random, [
    [0, 100],
    [124, 12],
    [156, 1],
    [345, 155],
    [100, 8],
  ]);
  const value = pick(random, [
    '77777777777',
    '-1',
    '../../x',
    '/etc/x',
    'x',
    'g',
    'L',
    '2',
    '\xff\xff\xff',
    '1e-20',
    '',
  ]);
  header.fill(0, at, at + length).write(value.slice(0, length), at, 'latin1');
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return changed;
};
