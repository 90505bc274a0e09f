// Allows one set-up at a time in a folder, and cleans up after killed ones: the lock file lists the running set-up and the
// processes it started.
//
// A killed set-up leaves pip or npm behind, still writing. The next one finds them in the lock file and ends them before it starts.
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { workFolder } from './places.mjs';

const lockFile = join(workFolder, 'setup.lock');
const children = new Map();

/** Runs `work` while no other set-up of this folder runs; calls `say` if it has to wait for one. */
export async function whileAlone(say, work) {
  mkdirSync(workFolder, { recursive: true });
  let waiting = false;
  while (!tryToLock()) {
    const owner = readLock();
    if (owner && isAlive(owner)) {
      if (!waiting) say(`Another set-up of this folder is running (process ${owner.pid}); waiting for it`);
      waiting = true;
      await sleep(200);
      continue;
    }
    if (!owner && !existsSync(lockFile)) continue;
    const left = (owner?.children ?? []).filter(isAlive);
    for (const child of left) killGroup(child.pid, 'SIGKILL');
    // Until then they may write.
    for (let waits = 0; waits < 100 && left.some(isAlive); waits++) await sleep(50);
    removeLockOf(owner);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/** Records a child that leads a separate process group. */
export function childStarted(pid) {
  children.set(pid, { pid, started: startTime(pid) });
  writeLock();
}

export function childEnded(pid) {
  children.delete(pid);
  writeLock();
}

/** Ends every running child, with all processes it started. */
export function endChildren(signal) {
  for (const pid of children.keys()) killGroup(pid, signal);
}

function killGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended already.
  }
}

function tryToLock() {
  const own = writeOwn();
  try {
    // A link appears completely or not at all, and only if there is none yet.
    linkSync(own, lockFile);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** Moves the lock aside first: another process that waited may have removed the old one meanwhile, and locked. */
function removeLockOf(owner) {
  const aside = `${lockFile}.${process.pid}.old`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (JSON.stringify(readLock(aside)) === JSON.stringify(owner)) rmSync(aside);
  else renameSync(aside, lockFile);
}

function writeLock() {
  // Programs that run after the set-up, tests and notebooks, need no lock.
  if (readLock()?.pid === process.pid) renameSync(writeOwn(), lockFile);
}

function writeOwn() {
  const file = `${lockFile}.${process.pid}`;
  const content = {
    pid: process.pid,
    started: startTime(process.pid),
    children: [...children.values()],
  };
  writeFileSync(file, JSON.stringify(content));
  return file;
}

function readLock(file = lockFile) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** One that has ended but was not yet collected by its parent is not alive. */
function isAlive({ pid, started }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  return statOf(pid)[0] !== 'Z' && startTime(pid) === started;
}

/** Start time of a process, in ticks since boot: distinguishes it from a later one with the same number. */
const startTime = (pid) => statOf(pid)[19] ?? null;

/** The state of a process and what follows it (proc(5), from field 3); empty where there is no /proc. */
function statOf(pid) {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line.slice(line.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
