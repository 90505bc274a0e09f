import { InputError } from './errors';

/**
 * A package that only some uses need, and that npm therefore does not install with this library. `purpose` begins the sentence that
 * says so where it is missing, an InputError with the command that installs it.
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
