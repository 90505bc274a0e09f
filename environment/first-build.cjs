// Compiles src/ without checking types, in a fraction of the compiler's time, so that a fresh clone annotates soon after `npm ci`. The
// files are those that the compiler writes, without declarations; `npm run setup` and `npm run build` write these too.
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const { dirname, join, relative } = require('node:path');

/** The command starts when this file is there, so it is written last. */
const ENTRY = join('cli', 'index.ts');

/** @param root the project @param out the folder for the compiled files */
function firstBuild(root, out) {
  const ts = require('typescript');
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const compilerOptions = { ...options, declaration: false, incremental: false, tsBuildInfoFile: undefined };
  const names = fileNames
    .map((path) => relative(join(root, 'src'), path))
    .filter((name) => !/\.(?:test|bench|fixture|d)\.ts$/.test(name));
  for (const name of [...names.filter((one) => one !== ENTRY), ENTRY]) {
    const fileName = join(root, 'src', name);
    const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { compilerOptions, fileName });
    const target = join(out, name.replace(/ts$/, 'js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.part`, outputText);
    renameSync(`${target}.part`, target);
  }
}

module.exports = { firstBuild };
