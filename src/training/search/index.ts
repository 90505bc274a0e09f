/**
 * Search: which settings of a training are best.
 *
 * In: a space of settings, and a function that does a trial (training, and the evaluation of a room further on). Out: a journal of
 * trials on disk, which a stopped search goes on from, and a table. May touch: the journal; processes that do trials.
 *
 * space.ts says what may vary; samplers.ts, tpe.ts and rungs.ts choose what is tried next; search.ts does it.
 */
export { assessmentGrid } from './assessment';
export { Journal } from './journal';
export { type Halving, nextTask, planRungs, type Rung } from './rungs';
export { createSampler, SAMPLERS, type SamplerName, type Suggest } from './samplers';
export { bestRecord, runSearch, type Search } from './search';
export { gridOf, MOST_TRIALS, type Range, type Setting, type Space, type Values } from './space';
export { readSearchSpace, type SearchSpace, SPACE_SCHEMA, settingsOf } from './space-file';
export { trialsAsCsv } from './table';
export { STARTUP_TRIALS } from './tpe';
export { type Outcome, ranked, type ScoredTrial, type TrialRecord, type TrialTask } from './trial';
export { answerTrial, runInProcess } from './trial-process';
