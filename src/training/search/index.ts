/**
 * Search: finds the best settings of a training.
 *
 * In: a space of settings, and a function that runs a trial (training, and evaluation in a later room). Out: a journal of trials on
 * disk, from which a stopped search resumes, and a table. May touch: the journal; processes that run trials.
 *
 * space.ts defines what varies; samplers.ts, tpe.ts and rungs.ts choose the next trial; search.ts runs it.
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
