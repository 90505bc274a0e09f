import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Exchange, projectRoot, workFolder } from '../foundation';

/**
 * A program to compare with, in a separate process: it prints a line of JSON when it is ready, and answers each request with one
 * line.
 */
export interface Peer<Greeting, Question, Answer> {
  greeting: Greeting;
  ask(question: Question): Promise<Answer>;
  end(): Promise<void>;
}

/**
 * Starts a script of environment/bench: `.py` in a separate Python environment with PyTorch, created if missing, `.mjs` in Node.
 *
 * Throws an Error if the program ends before it answers; its output is on standard error.
 */
export async function startPeer<Greeting, Question, Answer>(
  script: string,
  options: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Peer<Greeting, Question, Answer>> {
  const program = script.endsWith('.py') ? benchPython() : process.execPath;
  const child = spawn(program, [join(projectRoot, 'environment', 'bench', script), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  const exchange = new Exchange<Question, Greeting | Answer>((question) =>
    child.stdin.write(`${JSON.stringify(question)}\n`),
  );
  // A failed write is explained by the end of the process.
  child.stdin.on('error', () => {});
  createInterface({ input: child.stdout })
    .on('line', (line) => exchange.answered(JSON.parse(line)))
    .on('close', () => exchange.fail(new Error(`${script}: the process ended; see its output above`)));
  return {
    greeting: (await exchange.expect()) as Greeting,
    ask: (question) => exchange.ask(question) as Promise<Answer>,
    end: () => endProcess(child),
  };
}

function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return Promise.resolve();
  child.stdin?.end();
  return new Promise((resolve) => child.on('close', () => resolve()));
}

/** Whether the Python environment of benchmarks exists and matches its current requirements. */
export function benchPythonInstalled(): boolean {
  const { mark, requirements } = benchPlaces();
  return existsSync(mark) && readFileSync(mark, 'utf8') === requirements;
}

function benchPlaces() {
  const environment = join(workFolder(), 'bench-python');
  const file = join(projectRoot, 'environment', 'requirements-bench.txt');
  return { environment, file, mark: join(environment, 'complete'), requirements: readFileSync(file, 'utf8') };
}

/** Returns the Python of benchmarks with PyTorch: created on first use, and again when the requirements have changed. */
export function benchPython(): string {
  const { environment, file, mark, requirements } = benchPlaces();
  const python = join(environment, 'bin', 'python');
  if (!benchPythonInstalled()) {
    console.error('Creating a Python environment with PyTorch (about 5 GB, several minutes) …');
    rmSync(mark, { force: true });
    const run = (command: string, ...options: string[]) =>
      execFileSync(command, options, { stdio: ['ignore', 2, 2] });
    run('python3', '-m', 'venv', environment);
    const pinned = ['--no-deps', '--only-binary=:all:', '--require-hashes', '-r', file];
    run(python, '-m', 'pip', 'install', '--quiet', ...pinned);
    writeFileSync(mark, requirements);
  }
  return python;
}
