import type { DetailedReport } from '../../evaluation';
import { byLabel } from '../../foundation';
import type { EvaluationReport } from '../../tasks';
import type { LabelF1 } from '../figures/f1-by-label';
import type { Row } from '../notebook/show-table';

export type Reports = Readonly<Record<string, EvaluationReport>>;

/** Corpora and the labels of their gold mentions. */
function* corporaAndLabels(reports: Reports): Generator<[string, EvaluationReport, string]> {
  for (const [corpus, report] of Object.entries(reports)) {
    for (const label of Object.keys(report.spans))
      if (report.spans[label].support > 0) yield [corpus, report, label];
  }
}

/** Strict span scores, one row per corpus and label. */
export function spanTable(reports: Reports): Row[] {
  return [...corporaAndLabels(reports)].map(([corpus, { spans }, label]) => {
    const { precision, recall, f1, support, truePositives, falsePositives } = spans[label];
    const counts = {
      'gold mentions': support,
      predicted: truePositives + falsePositives,
      right: truePositives,
    };
    return { corpus, label, ...counts, precision, recall, F1: f1 };
  });
}

/** Token scores, one row per corpus and label. */
export function tokenTable(reports: Reports): Row[] {
  return [...corporaAndLabels(reports)].map(([corpus, { tokens }, label]) => {
    const { truePositives, falsePositives, falseNegatives, trueNegatives, precision, recall, f1, mcc } =
      tokens[label];
    const counts = { TP: truePositives, FP: falsePositives, FN: falseNegatives, TN: trueNegatives };
    return { corpus, label, ...counts, precision, recall, F1: f1, MCC: mcc };
  });
}

/** Input of `f1ByLabel`: strict span F1 of each corpus. @param details of the same corpora, with intervals to draw */
export function f1ByCorpus(
  reports: Reports,
  details: Readonly<Record<string, Pick<DetailedReport, 'intervals'>>> = {},
): LabelF1[] {
  return Object.entries(reports).map(([name, { spans }]) => ({
    name,
    intervals: details[name]?.intervals.spans,
    f1: byLabel(Object.keys(spans), (label) => spans[label].f1),
    support: byLabel(Object.keys(spans), (label) => spans[label].support),
  }));
}
