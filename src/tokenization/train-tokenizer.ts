import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bertNormalizer, bertPreTokenizer, Tokenizer as Library, WordPiece } from 'tokenizers';
import { checkOutputFolder, InputError, writeFileAtomically } from '../foundation';

export interface WordPieceOptions {
  /** Whether capitals and accents are removed first, as in BERT's uncased vocabularies. */
  uncased: boolean;
  /** Pieces at most, with the five special tokens. Default, and most: 30,000. */
  size?: number;
}

const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
/** The library's own size, which its interface for Node does not let one choose. */
const LARGEST = 30_000;

/**
 * Learns a vocabulary of word pieces from plain text with the `tokenizers` library, and writes a folder with `vocab.txt` and
 * `tokenizer_config.json`, which `Tokenizer`, `freshEncoder` and Python's BertTokenizer read.
 *
 * @param files plain text, UTF-8
 * @throws InputError if a file is missing, the size is out of range, or `out` cannot be written
 * @example
 * trainWordPieces(['articles.txt'], 'runs/cased', { uncased: false, size: 12_000 });
 */
export function trainWordPieces(
  files: readonly string[],
  out: string,
  { uncased, size = LARGEST }: WordPieceOptions,
): void {
  checkOutputFolder(out, files);
  if (!(Number.isInteger(size) && size > SPECIAL.length && size <= LARGEST))
    throw new InputError(
      `a vocabulary of ${size} pieces cannot be learned; give a size from 6 to ${LARGEST}`,
    );
  const missing = files.find((file) => !statSync(file, { throwIfNoEntry: false })?.isFile());
  if (files.length === 0 || missing !== undefined)
    throw new InputError(
      `${missing ?? 'no file'}: there is no text to learn word pieces from; give plain text files`,
    );
  const library = new Library(WordPiece.empty());
  library.setNormalizer(
    bertNormalizer({ cleanText: true, handleChineseChars: true, stripAccents: uncased, lowercase: uncased }),
  );
  library.setPreTokenizer(bertPreTokenizer());
  library.train([...files]);
  // The library numbers characters first, then pieces by how often they were joined: the first are the most useful.
  const learned = Object.entries(library.getVocab() as Record<string, number>)
    .sort(([, one], [, other]) => one - other)
    .map(([piece]) => piece)
    .filter((piece) => !SPECIAL.includes(piece));
  const least = SPECIAL.length + learned.filter((piece) => [...piece.replace(/^##/, '')].length === 1).length;
  if (learned.length === 0 || size < least)
    throw new InputError(
      learned.length === 0
        ? `${files[0]}: has no words to learn word pieces from; give text`
        : `a vocabulary of ${size} pieces cannot spell every word of this text; give a size of at least ${least}`,
    );
  const vocabulary = [...SPECIAL, ...learned].slice(0, size);
  mkdirSync(out, { recursive: true });
  writeFileAtomically(join(out, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
  const settings = { tokenizer_class: 'BertTokenizer', do_lower_case: uncased, strip_accents: uncased };
  writeFileAtomically(join(out, 'tokenizer_config.json'), `${JSON.stringify(settings, null, 2)}\n`);
}
