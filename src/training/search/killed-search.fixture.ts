// A search of a fast function, which kills itself: node killed-search.fixture.js JOURNAL TRIALS [RECORDS MILLISECONDS]
import { setTimeout as wait } from 'node:timers/promises';
import { Journal } from './journal';
import { planRungs } from './rungs';
import { createSampler } from './samplers';
import { runSearch } from './search';
import type { Space } from './space';
import type { TrialTask } from './trial';

const [path, trials, records, milliseconds] = process.argv.slice(2);
let heard = 0;
const space: Space = { rate: { logUniform: [1e-5, 1] }, kind: { choices: ['a', 'b'] } };
void runSearch(Journal.open(path, { space }), {
  rungs: planRungs(Number(trials)),
  suggest: createSampler('tpe', space, 1),
  async run({ trial, values }: TrialTask) {
    await wait(3);
    if (trial % 7 === 0) return { failed: 'every seventh does' };
    return {
      score: -(Math.log10(values.rate as number) + 3),
      metrics: { kind: values.kind === 'a' ? 1 : null },
    };
  },
  workers: 1,
  onTrial() {
    if (++heard === Number(records))
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(milliseconds));
  },
});
