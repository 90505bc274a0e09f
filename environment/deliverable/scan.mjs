// Finds what must not leave this machine: passwords and keys (secretlint), and paths of a user's or a temporary folder.
import { homedir } from 'node:os';
import { gunzipSync } from 'node:zlib';
import { lintSource } from '@secretlint/core';
import { creator as commonSecrets } from '@secretlint/secretlint-rule-preset-recommend';
import { InputError } from 'falconframes/foundation';

/** Home folders of Linux, macOS and Windows, and temporary files. */
const FOLDERS =
  /(?:\/(?:home|Users)\/[A-Za-z][\w.-]*\/|\/root\/|\/tmp\/|\/var\/folders\/|[A-Z]:\\+Users\\+)[^\s"'`)<]*/g;

/** Pictures, in which nothing can be read; they would take most of the time. */
const PICTURES = /data:image\/[a-z+]+;base64,[A-Za-z0-9+/=]+|"image\/png": "[A-Za-z0-9+/=\\n]*"/g;

const RULES = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: commonSecrets }];

/** Passwords that tests invent, as [path, part of the find]: they open nothing. */
export const INVENTED = [['src/corpora/download.test.ts', 'ada:secret']];

/**
 * @param files [{ path, content }]
 * @param own folders of this machine that may not be named
 * @throws InputError naming file and line of the first five finds
 */
export async function refuseSecrets(files, own = [homedir()]) {
  const finds = [];
  for (const { path, content } of files) {
    const text = textOf(path, content);
    if (text === undefined) continue;
    finds.push(
      ...machinePaths(text, own).map(({ line, what }) => `${path}:${line}: ${what}, a path of this machine`),
    );
    for (const { line, what } of await secrets(path, text)) finds.push(`${path}:${line}: ${what}`);
  }
  if (finds.length === 0) return;
  const more = finds.length > 5 ? `\n  and ${finds.length - 5} more` : '';
  throw new InputError(
    `the deliverable would give away what stands here; remove it and run the command again:\n  ${finds.slice(0, 5).join('\n  ')}${more}`,
  );
}

/** The text of a file, of a gzip the text in it; undefined for what is no text. */
function textOf(path, content) {
  const bytes = path.endsWith('.gz') ? gunzipSync(content) : content;
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  // As many lines as before.
  return bytes.toString('utf8').replace(PICTURES, 'picture');
}

function machinePaths(text, own) {
  const found = [...text.matchAll(FOLDERS)].map((match) => ({ index: match.index, what: match[0] }));
  for (const folder of own.filter((one) => one.length > 1 && one !== '/root')) {
    for (let index = text.indexOf(folder); index >= 0; index = text.indexOf(folder, index + 1))
      found.push({ index, what: folder });
  }
  return found.map(({ index, what }) => ({
    line: text.slice(0, index).split('\n').length,
    what: what.slice(0, 80),
  }));
}

async function secrets(path, text) {
  const { messages } = await lintSource({
    source: { filePath: path, content: text, contentType: 'text' },
    options: { config: { rules: RULES }, maskSecrets: true },
  });
  return messages
    .filter(
      ({ range: [from, to] }) =>
        !INVENTED.some(([file, value]) => file === path && text.slice(from, to).includes(value)),
    )
    .map(({ loc, message }) => ({ line: loc.start.line, what: message }));
}
