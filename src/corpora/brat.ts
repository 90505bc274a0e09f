import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../foundation';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints } from './offsets';
import { readText } from './text';

/** Which of a source's own type names stand for which of the four classes; all others are read over. */
export type ClassOf = Readonly<Record<string, string>>;

/**
 * The text-bound annotations of a brat standoff file: `T1<tab>Type start end[;start end]<tab>text`, offsets in code
 * points. Relations, events, attributes and notes are read over. `file` opens the message of every error.
 */
export function parseBrat(content: string, text: string, classOf: ClassOf, file: string): Mention[] {
  const toUnits = fromCodePoints(text);
  const mentions: Mention[] = [];
  content.split('\n').forEach((raw, index) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '' || /^(?:[REAMN]\d+\t|\*\t|#)/.test(line)) return;
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
    if (Object.hasOwn(classOf, type)) mentions.push({ pieces, label: classOf[type] });
  });
  return mentions;
}

/** The documents of a folder of `ID.txt` and `ID.ann` pairs, by name. */
export function readBratFolder(
  folder: string,
  classOf: ClassOf,
): { id: string; text: string; mentions: Mention[] }[] {
  return bratIds(folder).map((id) => {
    const text = readText(join(folder, `${id}.txt`));
    const file = join(folder, `${id}.ann`);
    return { id, text, mentions: parseBrat(readText(file), text, classOf, file) };
  });
}

function bratIds(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new InputError(
      `${folder}: cannot be read (${(error as NodeJS.ErrnoException).code}); restore the folder`,
    );
  }
  const stems = names.filter((name) => /\.(?:ann|txt)$/.test(name)).map((name) => name.slice(0, -4));
  return [...new Set(stems)].sort();
}
