// Step: the npm packages in package-lock.json.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, run, SetupError, tellsOfFullDisk, tellsOfNoNetwork } from './commands.mjs';
import { nodeModules, root, setupCommand } from './places.mjs';

export const npmPackages = {
  name: 'npm packages',
  needs: [],

  // npm's mark: it records what it installed once everything is in place.
  isDone() {
    const installed = readPackages(join(nodeModules, '.package-lock.json'));
    const wanted = readPackages(join(root, 'package-lock.json'));
    return (
      installed !== undefined &&
      Object.entries(wanted).every(
        ([path, { version, integrity, optional }]) =>
          path === '' ||
          (installed[path]
            ? installed[path].version === version && installed[path].integrity === integrity
            : // Packages for other kinds of machine are optional, and skipped here.
              optional),
      )
    );
  },

  plan: () => '`npm ci`',

  async work() {
    const options = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];
    try {
      await run('npm', ['ci', ...options], { log: 'npm' });
    } catch (error) {
      throw npmFailure(error);
    }
  },
};

/** Describes a failure of npm in one sentence; returns other errors unchanged. */
export function npmFailure(error) {
  if (error.code === 'ENOENT') {
    return new SetupError(
      'npm is missing; install it with `apt-get install npm`, or use Node from its official archive, which includes it',
    );
  }
  if (!(error instanceof CommandError)) return error;
  if (tellsOfFullDisk(error.output)) {
    return new SetupError(`the disk is full; free about 1 GB and run \`${setupCommand}\` again`);
  }
  if (/code EUSAGE/.test(error.output)) {
    return new SetupError(
      'package-lock.json does not match package.json; run `npm install` after changing dependencies by hand',
    );
  }
  if (tellsOfNoNetwork(error.output)) {
    return new SetupError(
      `the npm registry cannot be reached; connect to the network and run \`${setupCommand}\` again`,
    );
  }
  return error;
}

function readPackages(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : undefined;
}
