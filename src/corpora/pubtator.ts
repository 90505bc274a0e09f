import { InputError } from '../foundation';
import type { ClassOf } from './brat';
import type { Mention } from './document';
import { checkedPieces, fromCodePoints } from './offsets';

/** One article of a PubTator file. `text` is title, line break, abstract: offsets of the format count it so. */
export interface PubTatorArticle {
  id: string;
  text: string;
  mentions: Mention[];
}

/**
 * Reads PubTator: `ID|t|title`, `ID|a|abstract`, then tab-separated `ID start end text type [identifier]`, offsets in code
 * points; an empty line ends an article. `file` opens the message of every error.
 */
export function parsePubTator(content: string, classOf: ClassOf, file: string): PubTatorArticle[] {
  const articles: PubTatorArticle[] = [];
  const ids = new Set<string>();
  let title: { id: string; text: string; line: number } | undefined;
  let current: (PubTatorArticle & { toUnits: (offset: number) => number }) | undefined;
  const fail: (line: number, what: string) => never = (line, what) => {
    throw new InputError(`${file} line ${line}: ${what}`);
  };

  const lines = content.split('\n');
  for (const [index, raw] of lines.entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const number = index + 1;
    if (title && !line.startsWith(`${title.id}|a|`)) {
      fail(number, `the abstract of ${title.id} is missing; write "${title.id}|a|" after its title`);
    }
    const head = /^([^|\t]+)\|([ta])\|(.*)$/.exec(line);
    if (line.trim() === '') {
      current = undefined;
    } else if (head?.[2] === 't') {
      if (ids.has(head[1])) fail(number, `article ${head[1]} stands here twice`);
      ids.add(head[1]);
      title = { id: head[1], text: head[3], line: number };
    } else if (head && title) {
      const text = `${title.text}\n${head[3]}`;
      current = { id: title.id, text, mentions: [], toUnits: fromCodePoints(text) };
      articles.push(current);
      title = undefined;
    } else {
      const fields = line.split('\t');
      const [id, start, end, surface, type] = fields;
      if (fields.length < 5 || !/^\d+$/.test(start) || !/^\d+$/.test(end)) {
        fail(
          number,
          `not a line of PubTator (${JSON.stringify(line.slice(0, 60))}); write id, start, end, text and type between tabs`,
        );
      }
      if (!current || current.id !== id) {
        fail(number, `an annotation of ${id} stands outside that article; move it under its abstract`);
      }
      const pieces = [{ start: current.toUnits(Number(start)), end: current.toUnits(Number(end)) }];
      checkedPieces(current.text, pieces, { surface, glue: ' ', place: () => `${file} line ${number}` });
      if (Object.hasOwn(classOf, type)) current.mentions.push({ pieces, label: classOf[type] });
    }
  }
  if (title) fail(lines.length, `the abstract of ${title.id} is missing; the file is cut off`);
  return articles.map(({ id, text, mentions }) => ({ id, text, mentions }));
}
