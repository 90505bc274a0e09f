import { InputError } from './errors';

/**
 * Loads a package that only some features need, and that npm therefore does not install with this library. If it is missing, throws
 * InputError with the command that installs it; `purpose` starts the message.
 */
export function optionalPackage<Package>(name: string, purpose: string): Package {
  try {
    require.resolve(name);
  } catch {
    const { devDependencies } = require('../../package.json') as { devDependencies: Record<string, string> };
    throw new InputError(
      `${purpose} needs the package ${name}, which is not installed; run \`npm install ${name}@${devDependencies[name]}\``,
    );
  }
  return require(name) as Package;
}
