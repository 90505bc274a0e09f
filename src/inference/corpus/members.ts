import { DamagedArchive, tarEntries } from '../../corpora';
import { printable } from '../../foundation';
import { withoutExtension } from './document-ids';
import { formatOf, isHidden } from './list';
import { LARGEST, type Reading, SKIPPED, type Source, TOO_LARGE } from './sources';

/** A file in an archive, to be read like a stream. */
export interface Member extends Reading {
  content: Buffer;
}

/**
 * Yields the files of a tar archive that `listInputs` would list in a folder, one at a time. Others are skipped, as are folders,
 * links and devices, which are never created.
 */
export async function* membersOfTar(
  chunks: AsyncIterable<Uint8Array>,
  { place, skipped, newBytes }: Reading,
): AsyncGenerator<Member | (Source & { kind: 'damaged' })> {
  let found = 0;
  try {
    for await (const { path, size, isFile, read } of tarEntries(chunks)) {
      if (!isFile) continue;
      const own = `${place}: ${printable(path)}`;
      const names = path.split('/').filter((name) => name !== '.' && name !== '');
      const format = formatOf(path);
      if (names.some(isHidden)) skipped.add(SKIPPED.hidden, own);
      else if (!format && !/\.json(?:\.gz)?$/i.test(path)) skipped.add(SKIPPED.otherKind, own);
      else {
        found++;
        if (size > LARGEST) yield { kind: 'damaged', place: own, bytes: newBytes(), reason: TOO_LARGE };
        else {
          const content = await read();
          const id = withoutExtension(names.join('/'));
          yield { place: own, id, named: format ?? 'text', isMember: true, skipped, newBytes, content };
        }
      }
    }
  } catch (error) {
    if (!(error instanceof DamagedArchive)) throw error;
    yield { kind: 'damaged', place, bytes: newBytes(), reason: `${error.message}; get the file again` };
    return;
  }
  if (found === 0)
    yield {
      kind: 'damaged',
      place,
      bytes: newBytes(),
      reason: 'holds no article; give an archive of .xml, .nxml, .txt or .jsonl files',
    };
}
