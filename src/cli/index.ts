/**
 * Command line: one file per command, each of which adds itself to the program with `register…(program)`.
 *
 * In: arguments. Out: results on standard output, notices on standard error, status 0, or 1 with a one-sentence message.
 * May touch: every room above it.
 */
import { Command } from 'commander';
import { endOfReader, fail } from './failure';

type Register = (program: Command) => void;

/** The file of each command, loaded on demand: loading all of them takes as long as annotating a short text. */
const COMMANDS: Record<string, () => Promise<Register>> = {
  doctor: async () => (await import('./doctor.js')).registerDoctor,
  setup: async () => (await import('./setup.js')).registerSetup,
  collect: async () => (await import('./collect.js')).registerCollect,
  corpus: async () => (await import('./corpus.js')).registerCorpus,
  convert: async () => (await import('./convert.js')).registerConvert,
  preprocess: async () => (await import('./preprocess.js')).registerPreprocess,
  pretrain: async () => (await import('./pretrain.js')).registerPretrain,
  train: async () => (await import('./train.js')).registerTrain,
  average: async () => (await import('./average.js')).registerAverage,
  search: async () => (await import('./search.js')).registerSearch,
  track: async () => (await import('./track.js')).registerTrack,
  evaluate: async () => (await import('./evaluate.js')).registerEvaluate,
  score: async () => (await import('./score.js')).registerScore,
  compress: async () => (await import('./compress.js')).registerCompress,
  benchmark: async () => (await import('./benchmark.js')).registerBenchmark,
  annotate: async () => (await import('./annotate.js')).registerAnnotate,
  classify: async () => (await import('./classify.js')).registerClassify,
  demo: async () => (await import('./demo.js')).registerDemo,
  queue: async () => (await import('./queue.js')).registerQueue,
  reproduce: async () => (await import('./reproduce.js')).registerReproduce,
  deliverable: async () => (await import('./deliverable.js')).registerDeliverable,
};

async function main(): Promise<void> {
  const program = new Command('falconframes')
    .description('Mine the drug-discovery literature: collect, train, compress, annotate.')
    .version(require('../../package.json').version)
    .showHelpAfterError("(add --help for the command's options)");
  const [asked] = process.argv.slice(2);
  const names = Object.hasOwn(COMMANDS, asked ?? '') ? [asked] : Object.keys(COMMANDS);
  for (const name of names) (await COMMANDS[name]())(program);
  await program.parseAsync();
}

process.stdout.on('error', endOfReader);
// Standard error is closed: the work continues. Without this handler, each failed report would raise another, without end.
process.stderr.on('error', () => {});
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
main().catch(fail);
