// Runs other programs: writes their output to a log file, ends them with this process, reports failures in one sentence.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { childEnded, childStarted, endChildren } from './lock.mjs';
import { noTelemetry, root, workFolder } from './places.mjs';

/** A missing or broken prerequisite, with the command that fixes it, in one sentence. */
export class SetupError extends Error {
  name = 'SetupError';
}

/** A program that ended with a status other than 0; `output` is everything it wrote. */
export class CommandError extends Error {
  name = 'CommandError';
  constructor(command, status, output, logFile) {
    super(`${command} ended with status ${status}; its output is in ${logFile}`);
    this.output = output;
  }
}

/**
 * Runs a program to its end and resolves to its output (both streams). Throws CommandError if it fails, and an ordinary error with
 * code ENOENT if there is no such program. Its output is written to `.falconframes/logs/<log>.log`.
 */
export function run(command, args, { log, env = {} }) {
  const folder = join(workFolder, 'logs');
  mkdirSync(folder, { recursive: true });
  const logFile = join(folder, `${log}.log`);
  const file = createWriteStream(logFile);
  return new Promise((resolve, reject) => {
    // A separate process group, so that an interruption also ends the compiler under it.
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...noTelemetry, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
      file.write(chunk);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => file.end(() => reject(error)));
    child.on('spawn', () => childStarted(child.pid));
    child.on('close', (status, signal) => {
      if (child.pid) childEnded(child.pid);
      file.end(() => {
        if (status === 0) resolve(output);
        else reject(new CommandError(command, status ?? signal, output, logFile));
      });
    });
  });
}

/** Runs a program in the foreground, on this terminal; resolves to its status. */
export function runInForeground(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...noTelemetry, ...env },
      stdio: 'inherit',
      detached: true,
    });
    child.on('spawn', () => childStarted(child.pid));
    child.on('error', reject);
    child.on('close', (status, signal) => {
      childEnded(child.pid);
      resolve(status ?? 128 + constants.signals[signal]);
    });
  });
}

let interruption;

/** From now on, an interruption is passed on to the running programs, once, and handled by them. */
export function passOnInterruptions() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      interruption ??= signal;
      endChildren(signal);
      // pip and npm end at once, a notebook after ending its kernel; programs that do not end are killed after a while.
      setTimeout(() => endChildren('SIGKILL'), 15_000).unref();
    });
  }
}

/** Returns the exit status for the interruption, or undefined if there was none. */
export function interruptedStatus() {
  return interruption && 128 + constants.signals[interruption];
}

/** Returns whether the output of pip or npm says that the registry cannot be reached. */
export function tellsOfNoNetwork(output) {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|NewConnectionError|NameResolutionError|Temporary failure in name resolution|Network is unreachable|Max retries exceeded|Read timed out|ProxyError|ConnectTimeout/.test(
    output,
  );
}

export function tellsOfFullDisk(output) {
  return /ENOSPC|No space left on device/.test(output);
}
