// A search whose only trial never ends: node waiting-search.fixture.js JOURNAL FILE
import { join } from 'node:path';
import { Journal } from './journal';
import { planRungs } from './rungs';
import { runSearch } from './search';
import type { FixtureJob } from './trial.fixture';
import { runInProcess } from './trial-process';

const [path, file] = process.argv.slice(2);
const job: FixtureJob = { end: 'never', file };
void runSearch(Journal.open(path, {}), {
  rungs: planRungs(1),
  suggest: () => ({}),
  run: (_, signal) => runInProcess(join(__dirname, 'trial.fixture.js'), job, { signal }),
  workers: 1,
});
