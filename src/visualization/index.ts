/**
 * Visualization: figures and tables of scores, counts and sentences.
 *
 * In: plain data of the rooms above it (counts, lengths, metrics, probabilities, benchmark rows). Out: figures as Plotly
 * specifications, drawn as PNG in this process without browser or network; tables and marked sentences as HTML. May touch: the
 * PNG files to write, and the display of the notebook kernel. Plotly, its document and danfojs are loaded on first use, never
 * on import.
 *
 * Labels come from the data: up to 30, each coloured by its index; of more, a figure shows some and states which.
 *
 * `figures/`: one figure per file, each a pure function; `rendering/`: from figure to picture; `notebook/`: output of cells;
 * `error-browser/`: a page of sentences with their errors; `attention/`: pictures and a page of attention; `offline-page/`: the frame of both; `contour/`, `network/` and
 * `word-cloud/`: figures that need a layout of their own.
 */
export type { Attention } from './attention/attention';
export { attentionGrid } from './attention/attention-grid';
export { attentionLayer } from './attention/attention-layer';
export { attentionPage } from './attention/attention-page';
export { type ContourAxis, type ContourData, contour } from './contour/contour';
export { type SurfaceOptions, surface } from './contour/surface';
export { errorBrowser } from './error-browser/error-browser';
export type { Figure, Layout, Trace } from './figure';
export { type BoxOptions, boxesByGroup, type MeasuredGroup } from './figures/boxes-by-group';
export { type Bubble, type BubbleOptions, bubbles } from './figures/bubbles';
export { calibration } from './figures/calibration';
export { compressionWaterfall } from './figures/compression-waterfall';
export { countsByLabel } from './figures/counts-by-label';
export { type CrossCorpusScore, crossCorpusMatrix } from './figures/cross-corpus';
export type { Curve, CurvePoint } from './figures/curve-traces';
export { type CurveOptions, curves } from './figures/curves';
export { f1ByLabel, type LabelF1 } from './figures/f1-by-label';
export { type BarSeries, type GroupedOptions, groupedBars } from './figures/grouped-bars';
export { type KeptWeights, keptWeightsFigure } from './figures/kept-weights';
export { confusionMatrix } from './figures/label-confusion';
export { learningCurves } from './figures/learning-curves';
export { type CutOptions, histogramWithCut } from './figures/length-cut';
export type { MarkedLine } from './figures/marked-lines';
export { parallelCoordinates } from './figures/parallel-coordinates';
export { type PieOptions, pieWithBars } from './figures/pie-with-bars';
export { precisionRecall } from './figures/precision-recall';
export { type PruningCase, type PruningRow, pruningCurves } from './figures/pruning-curves';
export { pruningScores } from './figures/pruning-scores';
export { type RankedCounts, type RankedOptions, rankedBars } from './figures/ranked-bars';
export { rocFigure } from './figures/roc';
export { type LoggedRun, runCurves } from './figures/run-curves';
export { searchDots } from './figures/search-dots';
export { searchEffectsFigure } from './figures/search-effects';
export { type LengthOptions, sentenceLengths } from './figures/sentence-lengths';
export { type SentenceProbabilities, sentenceProbabilities } from './figures/sentence-probabilities';
export { type SignedOptions, signedBars, type WordChange } from './figures/signed-bars';
export { type BenchmarkPoint, sizeLatencyF1 } from './figures/size-latency-f1';
export { sparsitySchedule } from './figures/sparsity-schedule';
export { type StackedItem, type StackedOptions, stackedBars } from './figures/stacked-bars';
export { textConfusionMatrix } from './figures/text-confusion';
export { type TokenProbabilities, tokenProbabilities } from './figures/token-probabilities';
export { type SizedTraining, trainingSizeCurves } from './figures/training-size';
export { type HistogramOptions, valueHistogram } from './figures/value-histogram';
export { weightHistogram } from './figures/weight-histogram';
export { type GraphEdge, type GraphNode, type GraphOptions, networkGraph } from './network/network-graph';
export { type LiveFigure, liveFigure } from './notebook/live-figure';
export {
  type MarkedSentence,
  type MarkedSentencesOptions,
  markedSentence,
  showMarkedSentences,
} from './notebook/marked-sentence';
export { showFigure } from './notebook/show-figure';
export { type Cell, dataFrame, type Row, showTable } from './notebook/show-table';
export { LABEL_COLOURS, labelColours } from './palette';
export type { Size } from './rendering/compose';
export { renderPng, saveFigure } from './rendering/render';
export { anchoringTable } from './tables/anchoring';
export {
  BENCHMARK_FILES,
  benchmarkCosts,
  benchmarkPoints,
  benchmarkScores,
  saveBenchmark,
} from './tables/benchmark';
export {
  comparisonTable,
  type Details,
  f1Of,
  intervalTable,
  type PublishedScore,
  publishedTable,
} from './tables/intervals';
export { preprocessingSteps } from './tables/preprocessing';
export { pruningTable } from './tables/pruning';
export { saveTable } from './tables/save-table';
export { f1ByCorpus, type Reports, spanTable, tokenTable } from './tables/scores';
export { searchRankingTable } from './tables/search-ranking';
export { thresholdTable } from './tables/thresholds';
export { labelTable, mentionsByLabel, parameterTable, partTable } from './tables/training';
export { wordCloud } from './word-cloud/word-cloud';
