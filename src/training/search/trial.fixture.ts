// A trial's process that ends as its job says.
import { writeFileSync } from 'node:fs';
import { InputError } from '../../foundation';
import { answerTrial } from './trial-process';

export interface FixtureJob {
  end: string | number | null;
  /** Receives the number of the process. */
  file?: string;
}

answerTrial<FixtureJob>(async ({ end, file }) => {
  if (file) writeFileSync(file, String(process.pid));
  if (end === 'input error') throw new InputError('the data are bad');
  if (end === 'defect') throw new TypeError('a defect');
  if (end === 'exit') {
    process.stderr.write('out of breath');
    process.exit(3);
  }
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  if (end === 'never') await new Promise((resolve) => setTimeout(resolve, 60_000));
  return { score: end === 'nan' ? Number.NaN : Number(end), metrics: {} };
});
