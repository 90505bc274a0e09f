import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  checkOutputFolder,
  counted,
  InputError,
  projectRoot,
  readTextFile,
  writeFileAtomically,
} from '../foundation';
import { DATA_CHOICES, PROFILES } from '../literature';
import { checkStudyData, STUDY_DATA, STUDY_NAMES, type StudyName } from '../studies';
import { readJson } from '../training';
import { positiveInteger } from './arguments';
import { examples } from './examples';
import { formatTable, notice, printResult } from './output';

/** What every run leaves; written here, the others by the notebooks. */
const PAGES = [
  ['notebooks', 'the executed notebooks, and times.json with the duration of each in seconds'],
  ['report.html', 'all of them on one page'],
] as const;

const OUTCOMES = [
  ...PAGES,
  ['model', 'the trained model'],
  ['model/onnx', 'its exports to ONNX'],
  ['benchmark/benchmark.csv', 'size, latency, throughput and F1 of each form of the model'],
] as const;

/** The outcomes of a study. */
const STUDY_OUTCOMES = [...PAGES, ['output', "the study's tables, predictions and pages"]] as const;

interface ReproduceOptions {
  study?: StudyName;
  corpus?: string;
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
    .description(
      'execute the notebooks 0 to 5 in order, or the notebook of one study, and combine them into one report',
    )
    .addOption(
      new Option('--study <name>', 'run this study instead of the notebooks 0 to 5').choices(STUDY_NAMES),
    )
    .option(
      '--corpus <path>',
      "your own copy of the study's data: an OBO file (go-terms), or a folder with X.txt and YL1.txt (paper-topics), or with data_full.json and data_oos_plus.json (intent-compression), or with train.txt, dev.txt and test.txt in CoNLL columns (conll-probing)",
    )
    .addOption(
      new Option(
        '--profile <name>',
        'how much is trained: smoke only checks that everything runs, quick trains on a part of the data, full on all of it',
      )
        .choices(Object.keys(PROFILES))
        .default('quick'),
    )
    .addOption(
      new Option(
        '--data <source>',
        'auto: gold corpora if they are available or can be downloaded, else the sample; a study takes auto, sample or gold',
      )
        .choices(DATA_CHOICES)
        .default('auto'),
    )
    .option('--out <folder>', 'output folder (default: a new folder in runs/)')
    .option('--resume', 'resume the run in --out: finished notebooks are kept')
    .option(
      '--seed <number>',
      'seed of every random choice; of a study, that of resampling and layouts (its parts and trainings have the seeds of the profile)',
      positiveInteger,
      1,
    )
    .option('--json', 'print the outputs as JSON')
    .addHelpText(
      'after',
      examples('npx falconframes reproduce --study go-terms --profile quick --out runs/go-terms'),
    )
    .action(reproduce);
}

async function reproduce(options: ReproduceOptions): Promise<void> {
  const start = performance.now();
  const { study, profile, data, seed, json } = options;
  await checkStudyOptions(options);
  const corpus = options.corpus && resolve(options.corpus);
  const notebooks = study ? [studyNotebook(study)] : numberedNotebooks();
  const outcomes = study ? STUDY_OUTCOMES : OUTCOMES;
  const runName = [...(study ? [study] : []), profile, timeStamp()].join('-');
  const out = resolve(options.out ?? join(projectRoot, 'runs', runName));
  const executed = join(out, 'notebooks');
  if (options.resume && !options.out) {
    throw new InputError('--resume needs --out with the folder of the run to resume');
  }
  checkOutputFolder(out);
  if (!options.resume && existsSync(out) && readdirSync(out).length > 0) {
    throw new InputError(
      `${out} is not empty; name a new folder with --out, or resume its run with --resume`,
    );
  }
  pinOptions(join(out, 'run.json'), {
    profile,
    data,
    seed,
    ...(study && { study }),
    ...(corpus && { corpus }),
  });
  const open = notebooks.filter((name) => !existsSync(join(executed, basename(name))));
  notice(
    `${study ? `study ${study}` : counted(open.length, 'notebook')}, profile ${profile}, data ${data}, into ${out}`,
  );
  process.env.FALCONFRAMES_PROFILE = profile;
  process.env.FALCONFRAMES_DATA = data;
  process.env.FALCONFRAMES_OUT = out;
  process.env.FALCONFRAMES_SEED = String(seed);
  // What the notebook reads is what was checked: a variable of the caller does not count.
  if (corpus) process.env.FALCONFRAMES_CORPUS = corpus;
  else delete process.env.FALCONFRAMES_CORPUS;
  const sources = open.map((name) => join(projectRoot, 'notebooks', name));
  if (sources.length > 0) await runNotebookProgram(['run', '--out', executed, ...sources], json);
  const pages = notebooks.map((name) => join(executed, basename(name)));
  await runNotebookProgram(['report', '--out', join(out, 'report.html'), ...pages], json);
  const missing = outcomes.filter(([name]) => !existsSync(join(out, name))).map(([name]) => name);
  if (missing.length > 0) throw new InputError(`the notebooks wrote no ${missing.join(', no ')} in ${out}`);
  const seconds = Number(((performance.now() - start) / 1000).toFixed(1));
  const times = timesIn(join(executed, 'times.json'));
  printResult({ out, ...(study && { study }), profile, data, seed, seconds, notebooks: times }, options, () =>
    [
      formatTable(['notebook', 'seconds'], [...Object.entries(times), ['all, with the report', seconds]]),
      `\n${out}`,
      ...outcomes.map(([name, what]) => `  ${name.padEnd(24)} ${what}`),
    ].join('\n'),
  );
}

/** @throws InputError for options of a study without one, choices of the six notebooks with one, and unusable data of a study */
async function checkStudyOptions({ study, corpus, data }: ReproduceOptions): Promise<void> {
  if (!study && corpus !== undefined)
    throw new InputError('--corpus belongs to a study; name it with --study');
  if (!study) return;
  const choice = STUDY_DATA.find((one) => one === data);
  if (choice === undefined)
    throw new InputError(`--data ${data} is not a choice of a study; take one of ${STUDY_DATA.join(', ')}`);
  if (corpus !== undefined && !existsSync(corpus))
    throw new InputError(`--corpus ${corpus}: there is no such file or folder; check the path`);
  await checkStudyData(study, { data: choice, corpus });
}

/** Returns the duration of each notebook in seconds. */
function timesIn(path: string): Record<string, number> {
  const entries = Object.entries(Object(readJson(path)));
  if (entries.every((entry): entry is [string, number] => typeof entry[1] === 'number'))
    return Object.fromEntries(entries);
  throw new InputError(`${path}: holds no times; delete the folder and run the notebooks again`);
}

/** Records the options of a run; a resumed run must have the same. */
function pinOptions(path: string, options: Record<string, string | number>): void {
  const asked = `${JSON.stringify(options)}\n`;
  const begun = existsSync(path) ? readTextFile(path) : asked;
  if (begun !== asked) {
    throw new InputError(
      `${path}: the run was started with ${begun.trim().slice(0, 200)}; resume it with the same options`,
    );
  }
  writeFileAtomically(path, asked);
}

/** Returns the names of the numbered notebooks, in order. */
const numberedNotebooks = (): string[] => notebooksLike(/^\d+_.*\.ipynb$/, '');

/** Returns the name of a study's notebook, below the folder of notebooks. */
function studyNotebook(study: StudyName): string {
  const [name] = notebooksLike(new RegExp(`^[a-z]_${study.replaceAll('-', '_')}\\.ipynb$`), 'studies');
  return name;
}

/** Returns matching names in a folder below notebooks/, sorted. */
function notebooksLike(pattern: RegExp, below: string): string[] {
  const folder = join(projectRoot, 'notebooks', below);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const found = names.filter((name) => pattern.test(name)).sort();
  if (found.length === 0)
    throw new InputError(
      `${folder} does not contain the notebook; run this in a clone of the repository, since the npm package does not include the notebooks`,
    );
  return found.map((name) => join(below, name));
}

/**
 * Runs environment/run_notebooks.py. An interrupt is forwarded to it once: it ends its kernel and leaves only complete
 * notebooks under their final names.
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
    // In its own process group, so that the terminal does not interrupt it a second time while it ends its kernel.
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
      ? `interrupted; resume with \`npm run reproduce -- --resume --out ${out}\` and the same options`
      : `a notebook failed (see above); finished notebooks are kept, resume with --resume --out ${out}`,
  );
}

/** Returns local date and time as a sortable name: 20260131-142905. */
function timeStamp(): string {
  const now = new Date();
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const digits = (numbers: number[]) => numbers.map((number) => String(number).padStart(2, '0')).join('');
  return `${digits(parts)}-${digits(time)}`;
}
