import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../foundation';
import { createEuropePmc, EUROPE_PMC, type EuropePmc } from './europepmc';
import { SAMPLE, startLocalServer } from './local-server';
import type { RequestLimits } from './pace';
import type { RequestOptions } from './request';

/** The public service; or the articles included in the project, or a folder of yours, served in the same way. */
export const SOURCES = ['europepmc', 'sample', 'replay'] as const;
export type Source = (typeof SOURCES)[number];

/** Options of the client; the default address is that of the environment, else `EUROPE_PMC`. */
export interface ServiceOptions extends Partial<RequestOptions> {
  /** Of the source `replay`: the folder that is served, with `articles/<PMCID>.xml` and `annotations/<PMCID>.json`. */
  replay?: string;
}

/** For another server. */
export const HARDLY_LIMITED: RequestLimits = {
  burst: { requests: 1_000, milliseconds: 1_000 },
  sustained: { requests: 60_000, milliseconds: 60_000 },
};

/** Opens a client for the source, and closes it with all running requests when the work has finished or failed. */
export async function withService<T>(
  source: Source,
  options: ServiceOptions,
  work: (service: EuropePmc) => Promise<T>,
): Promise<T> {
  const server = source === 'europepmc' ? undefined : await startLocalServer(folderOf(source, options));
  let service: EuropePmc | undefined;
  try {
    service = createEuropePmc({
      ...options,
      baseUrl: server?.url ?? options.baseUrl ?? process.env.FALCONFRAMES_EUROPEPMC_URL ?? EUROPE_PMC,
      limits: server ? HARDLY_LIMITED : options.limits,
    });
    return await work(service);
  } finally {
    service?.close();
    await server?.close();
  }
}

function folderOf(source: Source, { replay }: ServiceOptions): string {
  if (source === 'sample') return SAMPLE;
  if (replay === undefined)
    throw new InputError('The folder to replay is missing; name it (on the command line with --replay)');
  for (const part of ['articles', 'annotations'])
    if (!existsSync(join(replay, part)))
      throw new InputError(
        `${join(replay, part)}: missing; a folder to replay has articles/<PMCID>.xml and annotations/<PMCID>.json`,
      );
  return replay;
}
