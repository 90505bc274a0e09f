/** A coordinator of a test, in a process of its own that can be killed: `node fleet-coordinator.fixture.js SETTINGS`, as JSON. */
import { listInputs } from '../corpus';
import { readAddress } from './connection';
import { runFleet } from './coordinator';
import { openRoots } from './roots';
import type { Run } from './run';
import type { Timing } from './timing';

export interface CoordinatorSettings {
  url: string;
  root: string;
  inputs: string[];
  out: string;
  run: Run;
  timing: Timing;
}

async function main(): Promise<void> {
  const { url, root, inputs, out, run, timing } = JSON.parse(process.argv[2]) as CoordinatorSettings;
  const { files } = listInputs(inputs);
  const report = await runFleet({
    ...{ server: readAddress(url), roots: openRoots([root]), files, out, run, timing },
    patience: 20_000,
    notify: (message) => console.error(message),
  });
  console.log(JSON.stringify(report));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
