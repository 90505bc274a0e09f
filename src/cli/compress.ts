import type { Command } from 'commander';
import { registerDifference } from './compress/difference';
import { registerDistil } from './compress/distil';
import { registerExport } from './compress/export';
import { registerFuse } from './compress/fuse';
import { registerKeepLabels } from './compress/keep-labels';
import { registerPrune } from './compress/prune';
import { registerQuantize } from './compress/quantize';
import { registerSparsify } from './compress/sparsify';
import { registerThreshold } from './compress/threshold';
import { registerTrim } from './compress/trim';

export function registerCompress(program: Command): void {
  const compress = program
    .command('compress')
    .description(
      'make a trained model smaller and faster, one step at a time: model folder in, model folder out',
    );
  registerExport(compress);
  registerFuse(compress);
  registerQuantize(compress);
  registerDistil(compress);
  registerTrim(compress);
  registerPrune(compress);
  registerSparsify(compress);
  registerKeepLabels(compress);
  registerDifference(compress);
  registerThreshold(compress);
}
