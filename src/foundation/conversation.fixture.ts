// The child's side in the tests, as a process or a thread: does what its question asks.
import { answerParent } from './answering';
import { InputError } from './errors';

answerParent(async (question: string | number | readonly number[]) => {
  if (question === 'input error') throw new InputError('the file is bad');
  if (question === 'defect') throw new TypeError('a defect');
  if (question === 'exit') {
    process.stderr.write('out of breath');
    process.exit(3);
  }
  if (question === 'kill') process.kill(process.pid, 'SIGKILL');
  if (question === 'slow') {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return 'done';
  }
  if (question === 'never') await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (question === 'arguments') return process.argv.slice(2).concat(String(process.env.CONVERSATION));
  if (question === 'memory') {
    const held: unknown[] = [];
    for (;;) held.push(new Array(10_000).fill(held.length));
  }
  if (typeof question === 'string') throw new InputError(`cannot do "${question}"`);
  const numbers = [question].flat();
  return numbers.map((one) => 2 * one);
});
