import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { checkOutputFolder, InputError, projectRoot, readTextFile, writeFileAtomically } from '../foundation';
import { DATA_CHOICES, PROFILES } from '../literature';
import { readJson } from '../training';
import { positiveInteger } from './arguments';
import { formatTable, notice, printResult } from './output';

/** What a run leaves in its folder; `notebooks` and `report.html` come from here, the others from the notebooks. */
const OUTCOMES = [
  ['notebooks', 'the executed notebooks, and times.json with the seconds of each'],
  ['report.html', 'all of them on one page'],
  ['model', 'the trained model'],
  ['model/onnx', 'its exports to ONNX'],
  ['benchmark/benchmark.csv', 'size, latency, throughput and F1 of each form of the model'],
] as const;

interface ReproduceOptions {
  profile: string;
  data: string;
  out?: string;
  resume?: boolean;
  seed: number;
  json?: boolean;
}

export function registerReproduce(program: Command): void {
  program
    .command('reproduce')
    .description('the whole story: executes the notebooks 0 to 5 in order, and makes one report of them')
    .addOption(
      new Option('--profile <name>', 'quick for minutes, full for hours, smoke to see that all runs')
        .choices(Object.keys(PROFILES))
        .default('quick'),
    )
    .addOption(
      new Option(
        '--data <source>',
        'auto: gold corpora where they are at hand or can be fetched, else the sample',
      )
        .choices(DATA_CHOICES)
        .default('auto'),
    )
    .option('--out <folder>', 'receives everything (default: a new folder in runs/)')
    .option('--resume', 'go on with the run in --out: notebooks that were finished are kept')
    .option('--seed <number>', 'of every random choice', positiveInteger, 1)
    .option('--json', 'what was made, as JSON')
    .action(reproduce);
}

async function reproduce(options: ReproduceOptions): Promise<void> {
  const start = performance.now();
  const { profile, data, seed, json } = options;
  const notebooks = numberedNotebooks();
  const out = resolve(options.out ?? join(projectRoot, 'runs', `${profile}-${timeStamp()}`));
  const executed = join(out, 'notebooks');
  if (options.resume && !options.out) {
    throw new InputError('--resume needs --out with the folder of the run to go on with');
  }
  checkOutputFolder(out);
  if (!options.resume && existsSync(out) && readdirSync(out).length > 0) {
    throw new InputError(
      `${out} is not empty; name a new folder with --out, so that two runs are not mixed up, or go on with it by --resume`,
    );
  }
  pinOptions(join(out, 'run.json'), { profile, data, seed });
  const open = notebooks.filter((name) => !existsSync(join(executed, name)));
  notice(`${open.length} notebooks, profile ${profile}, data ${data}, into ${out}`);
  process.env.FALCONFRAMES_PROFILE = profile;
  process.env.FALCONFRAMES_DATA = data;
  process.env.FALCONFRAMES_OUT = out;
  process.env.FALCONFRAMES_SEED = String(seed);
  const sources = open.map((name) => join(projectRoot, 'notebooks', name));
  if (sources.length > 0) await runNotebookProgram(['run', '--out', executed, ...sources], json);
  const pages = notebooks.map((name) => join(executed, name));
  await runNotebookProgram(['report', '--out', join(out, 'report.html'), ...pages], json);
  const missing = OUTCOMES.filter(([name]) => !existsSync(join(out, name))).map(([name]) => name);
  if (missing.length > 0) throw new InputError(`the notebooks left no ${missing.join(', no ')} in ${out}`);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const times = timesIn(join(executed, 'times.json'));
  printResult({ out, profile, data, seed, seconds, notebooks: times }, options, () =>
    [
      formatTable(['notebook', 'seconds'], [...Object.entries(times), ['all, with the report', seconds]]),
      `\n${out}`,
      ...OUTCOMES.map(([name, what]) => `  ${name.padEnd(24)} ${what}`),
    ].join('\n'),
  );
}

/** The seconds of each notebook. */
function timesIn(path: string): Record<string, number> {
  const entries = Object.entries(Object(readJson(path)));
  if (entries.every((entry): entry is [string, number] => typeof entry[1] === 'number'))
    return Object.fromEntries(entries);
  throw new InputError(`${path}: holds no times; delete the folder and run the notebooks again`);
}

/** Notes what a run was asked to do; a run that is resumed must be asked the same. */
function pinOptions(path: string, options: Record<string, string | number>): void {
  const asked = `${JSON.stringify(options)}\n`;
  const begun = existsSync(path) ? readTextFile(path) : asked;
  if (begun !== asked) {
    throw new InputError(
      `${path}: the run was begun with ${begun.trim().slice(0, 200)}; resume it with the same options`,
    );
  }
  writeFileAtomically(path, asked);
}

/** The names of the numbered notebooks, in their order. */
function numberedNotebooks(): string[] {
  const folder = join(projectRoot, 'notebooks');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const numbered = names.filter((name) => /^\d+_.*\.ipynb$/.test(name)).sort();
  if (numbered.length === 0)
    throw new InputError(
      `${folder} holds no numbered notebook; run this in a clone of the repository, since the npm package comes without notebooks`,
    );
  return numbered;
}

/**
 * Runs environment/run_notebooks.py to its end. An interruption is handed on to it once: it ends its kernel, and leaves
 * under their final names only notebooks that are whole.
 */
async function runNotebookProgram(args: string[], json = false): Promise<void> {
  const python = join(projectRoot, '.venv', 'bin', 'python');
  if (!existsSync(python)) {
    throw new InputError(
      'the Python environment that runs notebooks is not set up; run `npm run setup` first',
    );
  }
  const program = join(projectRoot, 'environment', 'run_notebooks.py');
  const child = spawn(python, [program, ...args], {
    stdio: ['ignore', json ? process.stderr : 'inherit', 'inherit'],
    // Out of the terminal's reach, which would interrupt it a second time while it ends its kernel.
    detached: true,
  });
  let interruption: NodeJS.Signals | undefined;
  const handOn = (signal: NodeJS.Signals) => {
    interruption = signal;
    child.kill(signal);
  };
  process.on('SIGINT', handOn).on('SIGTERM', handOn);
  const [status] = (await once(child, 'close')) as [number | null];
  process.off('SIGINT', handOn).off('SIGTERM', handOn);
  if (status === 0) return;
  const out = process.env.FALCONFRAMES_OUT;
  throw new InputError(
    interruption
      ? `interrupted; go on with \`npm run reproduce -- --resume --out ${out}\` and the same options`
      : `the notebooks did not run to their end (see above); those that did are kept, go on with --resume --out ${out}`,
  );
}

/** Local date and time as a name that sorts: 20260131-142905. */
function timeStamp(): string {
  const now = new Date();
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const digits = (numbers: number[]) => numbers.map((number) => String(number).padStart(2, '0')).join('');
  return `${digits(parts)}-${digits(time)}`;
}
