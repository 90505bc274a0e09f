// The npm package as users receive it: its content, its declared dependencies, and its types in strict projects.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { nodeModules, root } from './places.mjs';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const rooms = readdirSync(join(root, 'src'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'cli')
  .map(({ name }) => name)
  .sort();
/** Each gets a name in the scripts and type checks below. */
const namespaces = rooms.map((room) => `import * as ${room} from 'falconframes/${room}';`).join('\n');

let scratch;
let files;
const copy = () => join(scratch, 'node_modules', 'falconframes');

/** A folder with the packed files and links to the packages in the manifest, and no others, as left by `npm install`. */
before(() => {
  scratch = mkdtempSync(join(tmpdir(), 'falconframes-package-'));
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch], root);
  const [{ filename, files: listed }] = JSON.parse(packed);
  files = listed.map(({ path }) => path);
  mkdirSync(copy(), { recursive: true });
  run('tar', ['-xzf', join(scratch, filename), '-C', copy(), '--strip-components=1'], scratch);
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    const link = join(scratch, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(nodeModules, name), link);
  }
});

after(() => rmSync(scratch, { recursive: true, force: true }));

function run(command, args, cwd = scratch) {
  const env = { ...process.env, XDG_CACHE_HOME: join(scratch, 'cache') };
  delete env.FALCONFRAMES_CACHE;
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

function runScript(name, source) {
  writeFileSync(join(scratch, name), source);
  return run(process.execPath, [name]);
}

test('the package contains the library, the models and the files they read, and no tests', () => {
  const unwanted = files.filter((path) =>
    /\.(?:test|fixture|bench)\.|fixtures\/|\/\.|tsbuildinfo|pretrained/.test(path),
  );
  assert.deepEqual(unwanted, []);
  const folders = new Set(files.map((path) => path.split('/')[0]));
  assert.deepEqual([...folders].sort(), [
    'LICENSE',
    'README.md',
    'data',
    'dist',
    'environment',
    'models',
    'package.json',
    'src',
  ]);
  const modelFiles = ['config.json', 'tokenizer.json', 'onnx/model_quantized.onnx'];
  for (const file of [
    'registry.json',
    ...modelFiles.flatMap((name) => [`falconframes-small/${name}`, `falconframes-tiny/${name}`]),
  ])
    assert.ok(files.includes(`models/${file}`), file);
});

test('each room has an entry, for new module resolutions and for that of TypeScript 5.0 in notebooks', () => {
  const exported = Object.keys(manifest.exports).filter((name) => !['.', './package.json'].includes(name));
  assert.deepEqual(exported.map((name) => name.slice(2)).sort(), rooms);
  assert.deepEqual(Object.keys(manifest.typesVersions['*']).sort(), rooms);
  const targets = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  for (const target of [...targets, ...Object.values(manifest.typesVersions['*']).flat()])
    assert.ok(existsSync(join(copy(), target)), target);
});

test("each module of the package finds the modules that it imports, and the set-up's can be loaded", () => {
  const scripts = files.filter((path) => /^environment\/.*\.[cm]js$/.test(path));
  const missing = scripts.flatMap((path) => {
    const source = readFileSync(join(copy(), path), 'utf8');
    // Imports at the start of a line are static; those inside functions may be of the repository alone, behind a check.
    const imported = source.matchAll(/^(?:import|export) [^;]*?['"](\.[^'"]+)['"];|require\('(\.[^']+)'\)/gm);
    return [...imported]
      .map(([, name, required]) => join(dirname(path), name ?? required))
      .filter((name) => !files.includes(name))
      .map((name) => `${path}: ${name}`);
  });
  assert.deepEqual(missing, []);
  const setUp = readFileSync(join(copy(), 'environment', 'setup.mjs'), 'utf8');
  const steps = [...setUp.matchAll(/await import\('\.\/([^']+)'\)/g)].map(([, name]) => name);
  assert.ok(steps.length >= 10);
  const load = steps.map((name) => `await import('./node_modules/falconframes/environment/${name}');`);
  runScript('steps.mjs', load.join('\n'));
});

test('the set-up of an installed copy starts, and names what the machine lacks', () => {
  const bare = join(scratch, 'bare');
  mkdirSync(bare);
  symlinkSync(process.execPath, join(bare, 'node'));
  const env = { PATH: bare, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache-of-setup') };
  const command = join(copy(), manifest.bin.falconframes);
  const options = { cwd: scratch, env, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'setup'], options);
  assert.equal(status, 1, stdout + stderr);
  assert.match(stdout, /Python is missing; install it/);
  assert.equal(stderr, '');
});

test('importing the library loads none of its rooms, and no other package', () => {
  const loaded = `Object.keys(require('node:module')._cache).filter((path) => !path.endsWith('/loads.cjs'))`;
  const print = `console.log(JSON.stringify(${loaded}))`;
  const expected = ['index.js', 'foundation/errors.js'].map((name) => join(copy(), 'dist', name));
  assert.deepEqual(JSON.parse(runScript('loads.cjs', `require('falconframes'); ${print}`)), expected);
  const asModule = `import { loadAnnotator } from 'falconframes'; import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url); ${print}`;
  assert.deepEqual(JSON.parse(runScript('loads.mjs', asModule)), expected);
});

test('a script of either kind can annotate, and has every room', () => {
  const work = `
    const annotator = await loadAnnotator();
    const [{ text }] = await annotator.annotate('HeLa cells grew.');
    console.log(text, rooms.every((room) => Object.keys(room).length > 0));`;
  const asModule = `import { loadAnnotator } from 'falconframes';\n${namespaces}\nconst rooms = [${rooms}];${work}`;
  assert.match(runScript('script.mjs', asModule), /^HeLa.* true$/m);
  const required = rooms.map((room) => `require('falconframes/${room}')`);
  const asCommonJs = `const { loadAnnotator } = require('falconframes'); const rooms = [${required}]; (async () => {${work}})();`;
  assert.match(runScript('script.cjs', asCommonJs), /^HeLa.* true$/m);
});

test('the command works; a feature that needs a missing package names it', () => {
  writeFileSync(join(scratch, 'text.txt'), 'HeLa cells grew.');
  const command = join(copy(), manifest.bin.falconframes);
  assert.match(run(process.execPath, [command, 'annotate', 'text.txt']), /"text":"HeLa/);
  const findings = JSON.parse(run(process.execPath, [command, 'doctor', '--json']));
  assert.deepEqual(findings.tensorflow, {
    loaded: false,
    reason: 'native TensorFlow is not set up on this machine; run `npx falconframes setup`',
  });
  const deliverable = spawnSync(process.execPath, [command, 'deliverable', '--name', 'ada_lovelace'], {
    cwd: scratch,
    encoding: 'utf8',
  });
  assert.equal(deliverable.status, 1);
  assert.match(
    deliverable.stderr,
    /^falconframes: this copy .* was installed by npm, .*; run the command in a clone of the repository\n$/,
  );
  const script = `
    const { dataFrame } = require('falconframes/visualization');
    try { dataFrame([]) } catch ({ message }) { console.log(message) }`;
  assert.match(
    runScript('table.cjs', script),
    /^A DataFrame needs the package danfojs-node, .*npm install danfojs-node@/,
  );
});

test('an encoder that is fetched when named: what the fetch needs, and what downloads it', () => {
  const script = `
    const { fetchEncoder, locateEncoder } = require('falconframes/nn');
    const tell = ({ name, message }) => console.log(name, message);
    try { locateEncoder('all-mpnet-base-v2') } catch (error) { tell(error) }
    fetchEncoder('all-mpnet-base-v2').catch(tell);`;
  const [located, fetched] = runScript('fetch.cjs', script).trim().split('\n');
  assert.match(located, /^InputError .* not downloaded yet \(405 MB\); training with it downloads it/);
  assert.match(fetched, /^InputError .* no Python environment yet; run `npx falconframes setup`/);
});

test("the set-up and the library agree on the location of an installed copy's set-up", () => {
  const script = `
    import { encodersFolder, workFolder } from 'falconframes/foundation';
    import * as places from './node_modules/falconframes/environment/places.mjs';
    console.log(JSON.stringify([[workFolder(), encodersFolder()], [places.workFolder, places.encodersFolder + '/pretrained']]));`;
  const [library, setUp] = JSON.parse(runScript('places.mjs', script));
  assert.deepEqual(library, setUp);
  assert.equal(library[0], join(scratch, 'cache', 'falconframes'));
});

test('no declaration needs TypeScript 5.7, which made typed arrays generic', () => {
  const declarations = files.filter((path) => path.endsWith('.d.ts'));
  const generic = declarations.filter((path) =>
    /\b\w+Array<ArrayBuffer/.test(readFileSync(join(copy(), path), 'utf8')),
  );
  assert.ok(declarations.length > 100);
  assert.deepEqual(generic, []);
});

const annotating = `
import { fineTune, loadAnnotator, type Annotator, type Entity, type FineTuned } from 'falconframes';
export async function annotate(text: string): Promise<Entity[]> {
  const annotator: Annotator = await loadAnnotator();
  return annotator.annotate(text);
}
export const train = (file: string): Promise<FineTuned> => fineTune({ train: [file], dev: [file], out: 'run' });
// @ts-expect-error a text is asked for
annotate(1);
`;
const everyRoom = `${namespaces}\nexport const rooms = [${rooms}];\n`;

/** Returns the errors of the strictest check of one source file, including declarations of packages. */
function typeErrors(name, source, options) {
  writeFileSync(join(scratch, name), source);
  const strictest = { strict: true, skipLibCheck: false, noEmit: true };
  const compilerOptions = { ...options, ...strictest, target: 'es2022', lib: ['es2023'], types: ['node'] };
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [name] }));
  const compiler = join(nodeModules, 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '--pretty', 'false', '-p', scratch], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter(Boolean);
}

for (const [kind, ending, options] of [
  ['node16, CommonJS', 'cts', { module: 'node16', moduleResolution: 'node16' }],
  ['node16, ES modules', 'mts', { module: 'node16', moduleResolution: 'node16' }],
  ['bundler', 'ts', { module: 'es2022', moduleResolution: 'bundler' }],
  ['node10, as in the notebooks', 'ts', { module: 'commonjs', moduleResolution: 'node10' }],
]) {
  test(`types resolve in a strict project: ${kind}`, () => {
    assert.deepEqual(typeErrors(`annotating.${ending}`, annotating, options), []);
    // Declarations of onnx-proto and ONNX Runtime use browser types; programs that import all rooms need `skipLibCheck` for those.
    const others = /^\S*node_modules\/(?:onnx-proto|onnxruntime-common)\//;
    const errors = typeErrors(`rooms.${ending}`, everyRoom, options);
    assert.deepEqual(
      errors.filter((line) => !others.test(line)),
      [],
    );
  });
}
