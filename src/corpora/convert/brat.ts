import { existsSync } from 'node:fs';
import { basename, relative } from 'node:path';
import { InputError } from '../../foundation';
import { parseBrat } from '../brat';
import { type CorpusDocument, lineParagraphs, type Mention } from '../document';
import { inFirstReading } from '../offsets';
import { joinAcross } from '../sentences';
import { readText } from '../text';
import type { Account, Loss } from './account';
import { filesBelow, isFolder } from './files';

/** By the first character of a brat line. */
const LOSS_OF: Record<string, Loss> = {
  R: 'relations',
  '*': 'relations',
  E: 'events',
  A: 'attributes',
  M: 'attributes',
  N: 'identifiers',
  '#': 'notes',
};

/**
 * Reads documents of brat standoff: pairs of `ID.txt` and `ID.ann`, in folders or named individually (by either file). Each line of
 * a text is a paragraph; lines are joined if a mention spans them.
 */
export function bratDocuments(paths: readonly string[], account: Account): CorpusDocument[] {
  const documents: CorpusDocument[] = [];
  const articles = new Set<string>();
  for (const { stem, name } of stemsOf(paths, account)) {
    const article = articles.has(basename(stem)) ? name : basename(stem);
    articles.add(article);
    const document = account.orSkip(() => readPair(stem, article, account));
    if (document) documents.push(document);
  }
  return documents;
}

/** Returns each pair once: its path without extension, and its name within the given folder. */
function stemsOf(paths: readonly string[], account: Account): { stem: string; name: string }[] {
  const stems = new Map<string, string>();
  for (const path of paths) {
    if (isFolder(path)) {
      const files = filesBelow(path);
      const annotated = files.filter((file) => file.endsWith('.ann')).map(withoutEnding);
      if (annotated.length === 0)
        throw new InputError(`${path}: has no .ann files; give a folder of .txt and .ann pairs`);
      for (const stem of annotated) stems.set(stem, relative(path, stem));
      const texts = files.filter((file) => file.endsWith('.txt')).map(withoutEnding);
      account.lose('unannotatedTexts', texts.filter((stem) => !stems.has(stem)).length);
    } else if (/\.(?:ann|txt)$/.test(path)) stems.set(withoutEnding(path), withoutEnding(path));
    else
      throw new InputError(
        `${path}: is not a brat file; give a folder of .txt and .ann pairs, or one of a pair`,
      );
  }
  return [...stems].map(([stem, name]) => ({ stem, name }));
}

const withoutEnding = (path: string) => path.slice(0, -4);

function readPair(stem: string, article: string, account: Account): CorpusDocument {
  for (const path of [`${stem}.txt`, `${stem}.ann`])
    if (!existsSync(path))
      throw new InputError(`${path}: is missing; a brat document is a .txt and an .ann file`);
  const { text, mentions, others } = parsePair(
    readText(`${stem}.txt`),
    readText(`${stem}.ann`),
    `${stem}.ann`,
  );
  for (const kind of others) account.lose(LOSS_OF[kind]);
  const whole = mentions.map(({ pieces }) => ({ start: pieces[0].start, end: pieces.at(-1)!.end }));
  const paragraphs = joinAcross(
    lineParagraphs(text, () => ''),
    whole,
  );
  return { article, text, paragraphs: paragraphs.map((range) => ({ ...range, section: '' })), mentions };
}

/** Offsets may or may not count a byte order mark and both characters of CRLF. */
function parsePair(
  content: string,
  annotations: string,
  file: string,
): { text: string; mentions: Mention[]; others: string[] } {
  const unmarked = content.replace(/^\ufeff/, '');
  const readings = [content, unmarked, content.replaceAll('\r\n', '\n'), unmarked.replaceAll('\r\n', '\n')];
  return inFirstReading(readings, (text) => {
    const others: string[] = [];
    const mentions = parseBrat(annotations.replace(/^\ufeff/, ''), text, file, (kind) => others.push(kind));
    return { text, mentions, others };
  });
}
