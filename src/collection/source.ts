import { createEuropePmc, EUROPE_PMC, type EuropePmc } from './europepmc';
import type { RequestLimits } from './pace';
import type { RequestOptions } from './request';
import { startSampleServer } from './sample-server';

/** The public service, or the articles included in the project, served in the same way. */
export const SOURCES = ['europepmc', 'sample'] as const;
export type Source = (typeof SOURCES)[number];

/** Options of the client; the default address is that of the environment, else `EUROPE_PMC`. */
export type ServiceOptions = Partial<RequestOptions>;

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
  const server = source === 'sample' ? await startSampleServer() : undefined;
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
