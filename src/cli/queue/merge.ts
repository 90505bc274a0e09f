import type { Command } from 'commander';
import { counted } from '../../foundation';
import { mergeShards } from '../../inference';
import { notice, printResult } from '../output';

export function registerMerge(queue: Command): void {
  queue
    .command('merge')
    .description('join the output of a finished run')
    .argument('<folder>', 'the --out of `annotate --queue`')
    .requiredOption('--out <file>', 'output file: .jsonl, or .parquet for a run with --shards parquet')
    .option('--json', 'print the counts as JSON')
    .addHelpText(
      'after',
      `
JSONL has the lines that \`annotate\` on one machine writes, byte for byte. Every shard is compared with its hash in the manifest.

Example:
  npx falconframes queue merge runs/articles --out entities.jsonl`,
    )
    .action(async (folder: string, { out, json }: { out: string; json?: boolean }) => {
      const { documents, sentences, entities, damaged } = await mergeShards(folder, out);
      const people = `${counted(documents, 'document')}, ${counted(sentences, 'sentence')}, ${counted(entities, 'entity', 'entities')} in ${out}`;
      if (json) printResult({ documents, sentences, entities, damaged }, { json }, () => people);
      else notice(people);
    });
}
