// The deliverable: executed notebooks, their HTML copies, source, data manifest and models in one zip, and its check.
import { InputError, writeFileAtomically } from 'falconframes/foundation';
import { root } from '../places.mjs';
import { zipOf } from './archive.mjs';
import { BELONGS, byBytes, LEFT_OUT, readCheckout } from './contents.mjs';
import { dataManifest, listed, reviewerReadme, sha256 } from './facts.mjs';
import { pagesOf, readExecuted, withSmallerFigures } from './pages.mjs';
import { refuseSecrets } from './scan.mjs';

export { checkDeliverable } from './check.mjs';

/** What mail servers and forms take. */
const MOST_BYTES = 25e6;

/**
 * @param name such as ada_lovelace
 * @throws InputError with the reason
 */
export function checkName(name) {
  if (name.length <= 80 && /^[a-z]+(?:-[a-z]+)*(?:_[a-z]+(?:-[a-z]+)*)+$/i.test(name)) return;
  throw new InputError(
    `--name ${JSON.stringify(name)}: join first and last name with an underscore, in the letters a to z, such as ada_lovelace or jean-luc_picard`,
  );
}

/**
 * Writes the deliverable of a checkout.
 *
 * @param say receives what is being done
 * @returns { out, files, bytes, sha256, commit, changed }
 */
export async function makeDeliverable(name, out, say, { checkoutRoot = root } = {}) {
  checkName(name);
  const checkout = readCheckout(checkoutRoot);
  say(`${checkout.files.length} files of commit ${checkout.commit.slice(0, 8)}`);
  if (checkout.changed.length) say(`not committed, and taken as they are: ${listed(checkout.changed)}`);
  const isNotebook = ({ path }) => /^notebooks\/.*\.ipynb$/.test(path);
  const executed = checkout.files.filter(isNotebook);
  const notebooks = new Map(executed.map(({ path, content }) => [path, readExecuted(path, content)]));
  await refuseSecrets(checkout.files);
  say(`${executed.length} notebooks as pages`);
  const pages = await pagesOf(executed);
  await refuseSecrets(pages);
  say('smaller figures for the notebooks');
  const source = [];
  for (const file of checkout.files)
    source.push(isNotebook(file) ? { ...file, content: await withSmallerFigures(file.content) } : file);
  const manifest = dataManifest(source);
  const { version, engines } = JSON.parse(checkout.files.find(({ path }) => path === 'package.json').content);
  const facts = {
    name,
    checkout,
    version,
    engines,
    notebooks,
    contents: BELONGS,
    leftOut: LEFT_OUT,
    manifest,
  };
  const all = [
    { path: 'README.md', content: Buffer.from(reviewerReadme(facts)) },
    { path: 'data-manifest.json', content: Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) },
    ...pages,
    ...source.map((file) => ({ ...file, path: `falconframes/${file.path}` })),
  ].sort((one, other) => byBytes(one.path, other.path));
  const sums = all.map(({ path, content }) => `${sha256(content)}  ${path}\n`).join('');
  all.push({ path: 'SHA256SUMS', content: Buffer.from(sums) });
  const zip = await zipOf(
    all.map((file) => ({ ...file, path: `${name}/${file.path}` })),
    checkout.time,
  );
  if (zip.length > MOST_BYTES) throw new InputError(tooLarge(zip.length, all));
  writeFileAtomically(out, zip);
  const { commit, changed } = checkout;
  return { out, files: all.length, bytes: zip.length, sha256: sha256(zip), commit, changed };
}

function tooLarge(bytes, files) {
  const largest = [...files].sort((one, other) => other.content.length - one.content.length).slice(0, 5);
  const list = largest.map(({ path, content }) => `${path} (${(content.length / 1e6).toFixed(1)} MB)`);
  return `the deliverable has ${(bytes / 1e6).toFixed(1)} MB, more than ${MOST_BYTES / 1e6}; leave something out in environment/deliverable/contents.mjs. The largest before compression: ${list.join(', ')}`;
}
