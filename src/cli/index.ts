/**
 * Command line: one file a command, each adds itself to the program with `register…(program)`.
 *
 * In: arguments. Out: results on standard output, notices on standard error, status 0, or 1 with one clear sentence.
 * May touch: every room above it.
 */
import { Command } from 'commander';
import { registerAnnotate } from './annotate';
import { registerAverage } from './average';
import { registerBenchmark } from './benchmark';
import { registerCollect } from './collect';
import { registerCompress } from './compress';
import { registerCorpus } from './corpus';
import { registerDoctor } from './doctor';
import { registerEvaluate } from './evaluate';
import { endOfReader, fail } from './failure';
import { registerPreprocess } from './preprocess';
import { registerPretrain } from './pretrain';
import { registerReproduce } from './reproduce';
import { registerScore } from './score';
import { registerSearch } from './search';
import { registerTrack } from './track';
import { registerTrain } from './train';

const program = new Command('falconframes')
  .description('Mine the drug-discovery literature: collect, train, compress, annotate.')
  .version(require('../../package.json').version)
  .showHelpAfterError('(add --help for what the command takes)');

registerDoctor(program);
registerCollect(program);
registerCorpus(program);
registerPreprocess(program);
registerPretrain(program);
registerTrain(program);
registerAverage(program);
registerSearch(program);
registerTrack(program);
registerEvaluate(program);
registerScore(program);
registerCompress(program);
registerBenchmark(program);
registerAnnotate(program);
registerReproduce(program);

process.stdout.on('error', endOfReader);
// Nobody is left to tell: the work goes on. Unheard, each failure to report would be reported without end.
process.stderr.on('error', () => {});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
program.parseAsync().catch(fail);
