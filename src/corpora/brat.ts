import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, unreadable } from '../foundation';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints } from './offsets';
import { readText } from './text';

/**
 * Parses the text-bound annotations of a brat standoff file: `T1<tab>Type start end[;start end]<tab>text`, offsets in code points.
 * The type of a mention is its label. `file` starts error messages.
 *
 * @param onOther called for each line of another kind, with its first character: R and * (relations), E (events), A and M
 * (attributes), N (normalizations), # (notes)
 */
export function parseBrat(
  content: string,
  text: string,
  file: string,
  onOther: (kind: string) => void = () => {},
): Mention[] {
  const toUnits = fromCodePoints(text);
  const mentions: Mention[] = [];
  for (const [index, raw] of content.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') continue;
    if (/^(?:[REAMN]\d+\t|\*\t|#)/.test(line)) {
      onOther(line[0]);
      continue;
    }
    const place = `${file} line ${index + 1}`;
    const fields = /^T\d+\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)$/.exec(line);
    if (!fields) {
      throw new InputError(
        `${place}: not a line of brat standoff (${JSON.stringify(line.slice(0, 60))}); write "T1", a tab, type and offsets, a tab, the text`,
      );
    }
    const [, type, ranges, surface] = fields;
    const pieces = ranges.split(';').map((range) => {
      const [start, end] = range.split(' ').map(Number);
      return { start: toUnits(start), end: toUnits(end) };
    });
    checkedPieces(text, pieces, { surface, glue: ' ', place: () => place });
    mentions.push({ pieces, label: type });
  }
  return mentions;
}

/** Reads the documents of a folder of `ID.txt` and `ID.ann` pairs, sorted by name. */
export function readBratFolder(folder: string): { id: string; text: string; mentions: Mention[] }[] {
  return bratIds(folder).map((id) => {
    const text = readText(join(folder, `${id}.txt`));
    const file = join(folder, `${id}.ann`);
    return { id, text, mentions: parseBrat(readText(file), text, file) };
  });
}

function bratIds(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw unreadable(folder, error, 'restore the folder');
  }
  const stems = names.filter((name) => /\.(?:ann|txt)$/.test(name)).map((name) => name.slice(0, -4));
  return [...new Set(stems)].sort();
}
