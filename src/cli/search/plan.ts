import { counted, InputError } from '../../foundation';
import {
  assessmentGrid,
  createSampler,
  DEFAULT_TRAINING,
  gridOf,
  type Halving,
  MOST_TRIALS,
  planRungs,
  type Rung,
  readSearchSpace,
  type SamplerName,
  type SearchSpace,
  type Setting,
  STARTUP_TRIALS,
  type Suggest,
  type Values,
} from '../../training';
import { formatTable } from '../output';

export interface PlanOptions {
  space?: string;
  grid?: string;
  encoder?: string[];
  epochs?: number;
  sampler?: SamplerName;
  trials?: number;
  rungs?: number;
  factor?: number;
  resource?: Resource;
  seed: number;
}

/** What successive halving increases from rung to rung. */
export const RESOURCES = ['sentences', 'epochs'] as const;
export type Resource = (typeof RESOURCES)[number];

const MOST_RUNGS = 20;

/** The plan of a search, as far as its options determine it. */
export interface SearchPlan {
  space: SearchSpace;
  sampler: SamplerName;
  seed: number;
  trials: number;
  halving?: Halving & { resource: Resource };
  rungs: Rung[];
  suggest: Suggest;
}

/** @throws InputError for options that cannot be combined */
export function planSearch(options: PlanOptions): SearchPlan {
  const { sampler = options.grid ? 'grid' : 'tpe', seed } = options;
  const space = spaceOf(options);
  const trials = trialsOf(options, sampler, space);
  const halving = halvingOf(options, sampler, space);
  return {
    ...{ space, sampler, seed, trials, halving },
    rungs: planRungs(trials, halving),
    suggest: createSampler(sampler, space.parameters, seed),
  };
}

function spaceOf({ space, grid, encoder, epochs }: PlanOptions): SearchSpace {
  if (space !== undefined) {
    if (encoder || epochs)
      throw new InputError(
        `--encoder and --epochs belong to --grid; write "encoder" and "epochs" into ${space}`,
      );
    return readSearchSpace(space);
  }
  if (grid === undefined)
    throw new InputError(
      'no search space. Give --space FILE (--schema prints its keys) or --grid assessment',
    );
  return assessmentGrid(encoder ?? [DEFAULT_TRAINING.encoder], epochs ?? DEFAULT_TRAINING.epochs);
}

function trialsOf({ trials }: PlanOptions, sampler: SamplerName, { parameters }: SearchSpace): number {
  if (sampler === 'grid') {
    const combinations = gridOf(parameters).length;
    return Math.min(trials ?? combinations, combinations);
  }
  if (trials === undefined) throw new InputError(`the sampler ${sampler} has no end; say --trials N`);
  if (trials > MOST_TRIALS)
    throw new InputError(`--trials ${trials}: a search may have at most ${MOST_TRIALS}; give fewer`);
  return trials;
}

function halvingOf(
  { rungs, factor, resource }: PlanOptions,
  sampler: SamplerName,
  { parameters, fixed }: SearchSpace,
): SearchPlan['halving'] {
  if (sampler !== 'halving') {
    if (rungs || factor || resource)
      throw new InputError(`--rungs, --factor and --resource belong to --sampler halving, not to ${sampler}`);
    return undefined;
  }
  const halving = { rungs: rungs ?? 3, factor: factor ?? 3, resource: resource ?? 'sentences' };
  if (
    halving.rungs > MOST_RUNGS ||
    halving.factor > MOST_TRIALS ||
    halving.factor ** (halving.rungs - 1) > MOST_TRIALS
  )
    throw new InputError(
      `${halving.rungs} rungs with factor ${halving.factor} leave too little for the first rung; use fewer --rungs, or a smaller --factor`,
    );
  const leastEpochs = halving.factor ** (halving.rungs - 1);
  if (halving.resource === 'epochs' && (fixed.epochs ?? DEFAULT_TRAINING.epochs) < leastEpochs)
    throw new InputError(
      `${halving.rungs} rungs with factor ${halving.factor} need ${leastEpochs} epochs, so that the first has one; raise "epochs", or use fewer --rungs`,
    );
  if (halving.resource === 'epochs' && 'epochs' in parameters)
    throw new InputError(
      '"epochs" varies, so it cannot be the resource of halving; use --resource sentences',
    );
  return halving;
}

/** Returns the values of the trials that do not depend on results. */
export function knownTrials({ sampler, trials, suggest }: SearchPlan): ({ trial: number } & Values)[] {
  const known = sampler === 'tpe' ? Math.min(trials, STARTUP_TRIALS) : trials;
  return Array.from({ length: known }, (_, index) => ({ trial: index + 1, ...suggest(index + 1, []) }));
}

/** Formats a value with three significant digits. */
export function formatSetting(value: Setting): string {
  return String(typeof value === 'number' ? Number(value.toPrecision(3)) : value);
}

export function describePlan(plan: SearchPlan): string {
  const { sampler, trials, rungs, halving, space } = plan;
  const known = knownTrials(plan);
  const names = Object.keys(space.parameters);
  const lines = [
    formatTable(
      ['trial', ...names],
      known.map((values) => [values.trial, ...names.map((name) => formatSetting(values[name]))]),
    ),
    `${counted(trials, 'trial')} (${sampler})`,
  ];
  if (known.length < trials)
    lines.push(`Trials from ${known.length + 1} on depend on the results of earlier ones.`);
  if (halving)
    for (const [rung, { trials: count, share }] of rungs.entries())
      lines.push(
        `rung ${rung + 1}: ${counted(count, 'trial')} with ${(100 * share).toFixed(1)}% of ${halving.resource}`,
      );
  return lines.join('\n');
}
