// Which files of the repository belong to the deliverable. Only files that git tracks are candidates, so caches, environments and
// runs never are.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from 'falconframes/foundation';

/** Entries of the repository's top level, and what each is; the reviewer's README lists them. */
export const BELONGS = {
  'README.md': 'what the project is and how it is used',
  notebooks: 'the six notebooks and the four studies, executed',
  src: 'the library: one folder for each step, tests beside the code',
  environment: 'the set-up, the command, and the scripts behind `npm run`',
  models: 'falconframes-small and falconframes-tiny, and the list of encoders',
  data: 'sources of all corpora, an invented sample, tables of studies',
  docs: 'configuration, data, benchmarks, architecture, how-to pages',
  examples: 'short scripts with their data',
  'CHANGELOG.md': 'what changed for users',
  'CONTRIBUTING.md': 'how the code is arranged and extended',
  LICENSE: 'Apache-2.0',
  'package.json': 'scripts and pinned dependencies',
  'package-lock.json': 'checksums of all packages',
  '.npmrc': 'no install scripts',
  '.gitignore': 'what a run leaves',
  'tsconfig.json': 'compiler',
  'biome.json': 'format and lint',
  'typedoc.json': 'API reference',
};

/** Tracked files that stay out, with the reason. */
export const LEFT_OUT = {
  '.ci': 'for continuous integration',
  '.github': 'for continuous integration',
  'data/guidelines/teacher': 'the teacher of the small models, 3.6 MB; needed only to distil them again',
};

/** Names that must never be shipped, even if someone commits them. */
const CACHES =
  /(?:^|\/)(?:__pycache__|\.ipynb_checkpoints|node_modules|\.venv|\.DS_Store|\.env)(?:\/|$)|\.pyc$|\.tsbuildinfo$/;

const isUnder = (path, folder) => path === folder || path.startsWith(`${folder}/`);

/**
 * Chooses among tracked paths. An entry of the top level that neither list names is an error: somebody has to decide.
 *
 * @param paths relative to the repository, with slashes
 */
export function choose(paths) {
  const known = [...Object.keys(BELONGS), ...Object.keys(LEFT_OUT)];
  const unknown = paths.find((path) => !known.some((entry) => isUnder(path, entry)));
  if (unknown !== undefined)
    throw new InputError(
      `${unknown}: nothing says whether it belongs to the deliverable; name it in environment/deliverable/contents.mjs`,
    );
  const cache = paths.find((path) => CACHES.test(path));
  if (cache !== undefined)
    throw new InputError(
      `${cache}: is a cache or a private file, but git tracks it; remove it with \`git rm --cached\``,
    );
  const out = Object.keys(LEFT_OUT);
  return paths.filter((path) => !out.some((entry) => isUnder(path, entry))).sort(byBytes);
}

/** The same order on every machine, whatever its language. */
export const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/**
 * Reads the chosen files of a checkout.
 *
 * @returns { commit, time: of the commit, changed: tracked files that differ from it, files: [{ path, content, executable }] }
 */
export function readCheckout(root) {
  const git = (...args) => {
    const { status, stdout, error } = spawnSync('git', ['-C', root, ...args], {
      maxBuffer: 2 ** 28,
      encoding: 'utf8',
    });
    if (error) throw new InputError('git is missing; install it, for example with `apt-get install git`');
    return status === 0 ? stdout : undefined;
  };
  const top = git('rev-parse', '--show-toplevel')?.trim();
  const head = git('log', '-1', '--format=%H %ct')?.trim();
  if (!top || realpathSync(top) !== realpathSync(root) || !head)
    throw new InputError(
      `${root}: is not a git checkout of the project, whose tracked files make the deliverable; run the command in a clone of the repository`,
    );
  const entries = git('ls-files', '--stage', '-z')
    .split('\0')
    .filter(Boolean)
    .map((line) => ({ mode: line.slice(0, 6), path: line.slice(line.indexOf('\t') + 1) }));
  const modes = new Map(entries.map(({ mode, path }) => [path, mode]));
  const files = choose([...modes.keys()]).map((path) => {
    const place = join(root, path);
    if (!existsSync(place))
      throw new InputError(
        `${path}: is tracked by git but missing; restore it with \`git checkout ${path}\``,
      );
    if (!lstatSync(place).isFile())
      throw new InputError(
        `${path}: is not a regular file, and a zip may hold nothing else; replace it with its content`,
      );
    return { path, content: readFileSync(place), executable: modes.get(path) === '100755' };
  });
  const changed = git('diff', '--name-only', '-z', 'HEAD').split('\0').filter(Boolean).sort(byBytes);
  const [commit, seconds] = head.split(' ');
  return { commit, time: new Date(1000 * Number(seconds)), changed, files };
}
