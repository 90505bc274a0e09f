/**
 * `npm run bench -- fuzz [--minutes 30] [--seed 1] [--kind KIND] [--only SEED] [--out FOLDER] [--json]`: runs the readers of all
 * file formats on damaged files, with one process per core. A reader may accept or refuse (InputError); any other error, the end of
 * its process, more than 10 s or more than 1.5 GB is a finding.
 *
 * Prints the counts by kind, and saves the input and the error of each finding to the folder. `--only` repeats the case of one
 * seed: a seed gives the same case as long as the seed files and mutations do not change.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerParent, InputError, ProcessEnded, printable, startProcess } from '../foundation';
import { caseOf, isRefusal, TARGETS } from './fuzz-targets.fixture';

const LONGEST_MS = 10_000;
const MOST_MEGABYTES = 1_500;

/** The result of a case; `finding` is undefined if there is none. */
interface Outcome {
  refused?: boolean;
  finding?: string;
  /** The process that read it has ended. */
  isOver?: boolean;
}

interface Counts {
  cases: number;
  refused: number;
  findings: { seed: number; reason: string; input: string }[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      kind: { type: 'string', default: 'all' },
      only: { type: 'string' },
      out: { type: 'string', default: join(tmpdir(), 'falconframes-fuzz') },
      json: { type: 'boolean', default: false },
    },
  });
  const kinds = values.kind === 'all' ? Object.keys(TARGETS) : [values.kind];
  const unknown = kinds.find((kind) => !Object.hasOwn(TARGETS, kind));
  if (unknown)
    throw new InputError(`"${unknown}" is no kind; take one of ${Object.keys(TARGETS).join(', ')}, all`);
  const results: Record<string, Counts> = {};
  for (const kind of kinds) {
    const until = performance.now() + (60_000 * Number(values.minutes)) / kinds.length;
    let seed = Number(values.only ?? values.seed);
    const last = values.only === undefined ? Number.POSITIVE_INFINITY : seed;
    const next = () => (seed <= last && performance.now() < until ? seed++ : undefined);
    results[kind] = await fuzz(kind, next, join(values.out, kind));
    const { cases, refused, findings } = results[kind];
    console.error(`${kind}: ${cases} cases, ${refused} refused, ${findings.length} findings`);
    for (const { seed, reason } of findings.slice(0, 20))
      console.error(`  --kind ${kind} --only ${seed}: ${reason}`);
  }
  if (values.json) console.log(JSON.stringify(results));
  if (Object.values(results).some(({ findings }) => findings.length > 0)) {
    console.error(`The inputs are in ${values.out}`);
    process.exitCode = 1;
  }
}

/** Runs cases of a kind on all cores until `next` has no more seeds. */
async function fuzz(kind: string, next: () => number | undefined, out: string): Promise<Counts> {
  const counts: Counts = { cases: 0, refused: 0, findings: [] };
  const runCases = async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'falconframes-fuzzing-'));
    let reader: Reader | undefined;
    for (let seed = next(); seed !== undefined; seed = next()) {
      reader ??= startReader(kind, scratch);
      const { refused, finding, isOver } = await outcomeOf(reader, seed);
      if (isOver) reader = undefined;
      counts.cases++;
      if (refused) counts.refused++;
      if (finding === undefined) continue;
      mkdirSync(out, { recursive: true });
      const input = join(out, `${seed}.${readFileSync(join(scratch, 'name'), 'utf8')}`);
      copyFileSync(join(scratch, 'case'), input);
      writeFileSync(`${input}.error`, finding);
      counts.findings.push({ seed, reason: printable(finding.split('\n')[0].slice(0, 200)), input });
    }
    await reader?.end();
    rmSync(scratch, { recursive: true, force: true });
  };
  await Promise.all(Array.from({ length: availableParallelism() }, runCases));
  return counts;
}

type Reader = ReturnType<typeof startReader>;

function startReader(kind: string, scratch: string) {
  const nodeOptions = [`--max-old-space-size=${MOST_MEGABYTES - 300}`];
  const reader = startProcess<number, Outcome>(__filename, { arguments: [kind, scratch], nodeOptions });
  // After its answer it loads nothing more.
  return { ...reader, isReady: false };
}

/** Requests the case of a seed; ends the process if it exceeds the time or memory limit. */
async function outcomeOf(reader: Reader, seed: number): Promise<Outcome> {
  const started = performance.now();
  let killed: string | undefined;
  const watch = setInterval(() => {
    const megabytes = residentMegabytes(reader.child.pid!);
    if (performance.now() - started > LONGEST_MS + 5_000 * Number(!reader.isReady))
      killed = 'takes over 10 s';
    else if (megabytes > MOST_MEGABYTES) killed = `takes ${Math.round(megabytes)} MB`;
    if (killed) void reader.end();
  }, 100);
  try {
    return await reader.ask(seed);
  } catch (error) {
    if (!(error instanceof ProcessEnded)) throw error;
    const { signal, status, lastWords } = error;
    return { finding: killed ?? `the process ended (${signal ?? status})\n${lastWords}`, isOver: true };
  } finally {
    clearInterval(watch);
    reader.isReady = true;
  }
}

function residentMegabytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}

/** The child process: reads the case of each requested seed. */
function serve(kind: string, scratch: string): void {
  const target = TARGETS[kind]();
  answerParent(async (seed: number): Promise<Outcome> => {
    const { name, bytes } = caseOf(target, seed);
    const folder = join(scratch, 'folder');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    const path = join(folder, name);
    for (const [file, content] of [
      [join(scratch, 'name'), name],
      [join(scratch, 'case'), bytes],
      [path, bytes],
    ] as const)
      writeFileSync(file, content);
    let outcome: Outcome = {};
    try {
      await target.read(path, folder, name);
      if (Object.keys(Object.prototype).length > 0)
        outcome = { finding: 'the prototype of all objects was changed' };
    } catch (error) {
      outcome = isRefusal(error) ? { refused: true } : { finding: String((error as Error)?.stack ?? error) };
    }
    return outcome;
  });
}

if (process.send) serve(process.argv[2], process.argv[3]);
else {
  main().catch((error) => {
    console.error(`fuzz: ${(error as Error).message}`);
    process.exitCode = 1;
  });
}
