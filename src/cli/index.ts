/**
 * Command line: one file a command, each adds itself to the program with `register…(program)`.
 *
 * In: arguments. Out: results on standard output, notices on standard error, status 0, or 1 with one clear sentence.
 * May touch: every room above it.
 */
import { Command } from 'commander';
import { InputError } from '../foundation';

const program = new Command('falconframes')
  .description('Mine the drug-discovery literature: collect, train, compress, annotate.')
  .version(require('../../package.json').version)
  .showHelpAfterError('(add --help for what the command takes)');

for (const register of [] as ((program: Command) => void)[]) register(program);

program.parseAsync().catch((error: Error) => {
  const message = error instanceof InputError ? error.message : error.stack;
  process.stderr.write(`falconframes: ${message}\n`);
  process.exitCode = 1;
});
