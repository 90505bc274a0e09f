// Steps: a virtual environment, and Jupyter in it. Also creates and fills the other environments of the project.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { CommandError, run, SetupError, tellsOfFullDisk, tellsOfNoNetwork } from './commands.mjs';
import { isInstalled, requirements, root, venv, venvMarks, venvPython, workFolder } from './places.mjs';

const lists = ['requirements.txt', 'requirements-cpu.txt', 'requirements-cuda.txt'];
const environmentMark = join(venvMarks, 'environment');
const jupyterMark = join(venvMarks, 'jupyter');

/** Without news and the update check, which contact other servers. */
const labSettings = {
  LabApp: { check_for_updates_class: 'jupyterlab.NeverCheckForUpdate', news_url: null },
};

export const virtualEnvironment = {
  name: 'Python environment',
  needs: [],

  // The lists have changed, or Python is gone: rebuild, which is safer than repairing.
  isDone: () =>
    existsSync(venvPython) &&
    existsSync(environmentMark) &&
    readFileSync(environmentMark, 'utf8') === hashOfLists(),

  plan: () => `a virtual environment in ${isInstalled ? venv : '.venv'}`,

  async work() {
    await makeEnvironment(venv);
    mkdirSync(venvMarks);
    writeFileSync(environmentMark, hashOfLists());
  },
};

export const jupyter = {
  name: 'Jupyter',
  needs: ['Python environment'],
  isDone: () => existsSync(jupyterMark),
  plan: () => 'Jupyter, and the package that contains the pretrained encoder, into .venv',
  async work() {
    await pipInstall('requirements.txt');
    writeFileSync(join(venv, 'etc', 'jupyter', 'jupyter_lab_config.json'), JSON.stringify(labSettings));
    writeFileSync(jupyterMark, '');
  },
};

/** Creates an empty virtual environment, replacing an existing one. */
export async function makeEnvironment(folder) {
  const python = findPython();
  rmSync(folder, { recursive: true, force: true });
  try {
    await run(python, ['-m', 'venv', folder], { log: `venv-${basename(folder)}` });
  } catch (error) {
    if (error instanceof CommandError && /ensurepip|No module named venv/.test(error.output)) {
      throw new SetupError(
        `${python} cannot make virtual environments; install the missing package with \`apt-get install python3-venv\``,
      );
    }
    throw error;
  }
}

/**
 * Installs one of the lists of `environment/`, or one package of it, with exactly its versions and files, by default into the
 * virtual environment.
 */
export async function pipInstall(list, folder = venv, only = undefined) {
  const name = only ?? list.replace('.txt', '');
  const file = only ? listOfOne(list, only) : requirements(list);
  // Packages left by an interrupted pip look installed but are incomplete: `--ignore-installed` rewrites them.
  const rewrite = ['--ignore-installed', '--no-compile', '--no-input'];
  const pinned = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', file];
  try {
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', ...rewrite, ...pinned], {
      log: `pip-${name}`,
    });
  } catch (error) {
    if (error instanceof CommandError) {
      refuseFullDiskOrNoNetwork(error, '3 GB');
      if (error.output.includes('THESE PACKAGES DO NOT MATCH THE HASHES')) {
        throw new SetupError(
          `a file of the package index is not the one that environment/${list} names (its checksum differs); the log pip-${name} in ${join(workFolder, 'logs')} has which`,
        );
      }
      const missing = error.output.match(/No matching distribution found for (\S+)/);
      if (missing) {
        throw new SetupError(
          `there is no ${missing[1]} for this Python and machine; use Python 3.10 to 3.13 on Linux (\`apt-get install python3\`), remove ${isInstalled ? folder : relative(root, folder)} and run the same command again`,
        );
      }
    }
    throw error;
  }
}

/**
 * Downloads the wheel of a package into a folder, where pip also keeps what it has not finished. Installs nothing and checks no
 * checksum.
 *
 * @param space the room that is needed, for messages
 */
export async function pipDownload(name, version, folder, space) {
  const options = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input', '--progress-bar=off'];
  const wanted = ['--dest', folder, `${name}==${version}`];
  try {
    await run(venvPython, ['-m', 'pip', 'download', ...options, ...wanted], {
      log: `pip-${name}`,
      env: { TMPDIR: folder },
    });
  } catch (error) {
    if (error instanceof CommandError) {
      refuseFullDiskOrNoNetwork(error, space);
      if (error.output.includes('No matching distribution found'))
        throw new SetupError(
          `the Python package index that pip uses has no ${name} ${version}; use another index (\`pip config\`) and run the same command again`,
        );
    }
    throw error;
  }
}

function refuseFullDiskOrNoNetwork({ output }, space) {
  if (tellsOfFullDisk(output))
    throw new SetupError(`the disk is full; free about ${space} and run the same command again`);
  if (tellsOfNoNetwork(output))
    throw new SetupError(
      'the Python package index cannot be reached; connect to the network and run the same command again',
    );
}

/** Writes a list with one package of another, including its checksums. */
function listOfOne(list, name) {
  const [entry] = readFileSync(requirements(list), 'utf8').match(
    new RegExp(`^${name}==.*(?:\\n +--hash=.*)+$`, 'm'),
  );
  const file = join(workFolder, `requirements-${name}.txt`);
  writeFileSync(file, `${entry}\n`);
  return file;
}

/** Returns the folder with the packages of the virtual environment. */
export function sitePackages() {
  const library = join(venv, 'lib');
  const version = readdirSync(library).find((name) => name.startsWith('python3'));
  return join(library, version, 'site-packages');
}

/** Returns the first Python on the PATH for which TensorFlow wheels exist. */
export function findPython() {
  const seen = [];
  for (const name of ['python3', 'python', 'python3.13', 'python3.12', 'python3.11', 'python3.10']) {
    const script = 'import sys; print(*sys.version_info[:2], sys.executable)';
    const { status, stdout } = spawnSync(name, ['-c', script], { encoding: 'utf8' });
    if (status !== 0) continue;
    const [major, minor, ...path] = stdout.trim().split(' ');
    if (major === '3' && minor >= 10 && minor <= 13) return path.join(' ');
    seen.push(`${name} is ${major}.${minor}`);
  }
  throw new SetupError(
    seen.length
      ? `Python 3.10 to 3.13 is needed (${seen.join(', ')}); install one, for example with \`apt-get install python3.12 python3.12-venv\``
      : 'Python is missing; install it with `apt-get install python3 python3-venv` (3.10 to 3.13)',
  );
}

function hashOfLists() {
  const hash = createHash('sha256');
  for (const list of lists) hash.update(readFileSync(requirements(list)));
  return hash.digest('hex');
}
