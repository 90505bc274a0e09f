import { byLabel, ENTITY_CLASSES } from '../../foundation';
import type { EvaluationReport } from '../../tasks';
import type { Row } from '../notebook/show-table';

export type Reports = Readonly<Record<string, EvaluationReport>>;

/** Corpora and the classes that they have gold mentions of. */
function* corporaAndClasses(reports: Reports): Generator<[string, EvaluationReport, string]> {
  for (const [corpus, report] of Object.entries(reports)) {
    for (const label of ENTITY_CLASSES) if (report.spans[label].support > 0) yield [corpus, report, label];
  }
}

/** Strict span scores, one row a corpus and class. */
export function spanTable(reports: Reports): Row[] {
  return [...corporaAndClasses(reports)].map(([corpus, { spans }, label]) => {
    const { precision, recall, f1, support, truePositives, falsePositives } = spans[label];
    const counts = {
      'gold mentions': support,
      predicted: truePositives + falsePositives,
      right: truePositives,
    };
    return { corpus, class: label, ...counts, precision, recall, F1: f1 };
  });
}

/** Token scores, one row a corpus and class. */
export function tokenTable(reports: Reports): Row[] {
  return [...corporaAndClasses(reports)].map(([corpus, { tokens }, label]) => {
    const { truePositives, falsePositives, falseNegatives, trueNegatives, precision, recall, f1, mcc } =
      tokens[label];
    const counts = { TP: truePositives, FP: falsePositives, FN: falseNegatives, TN: trueNegatives };
    return { corpus, class: label, ...counts, precision, recall, F1: f1, MCC: mcc };
  });
}

/** What `f1ByClass` draws: strict span F1 of each corpus. */
export function f1ByCorpus(reports: Reports): { name: string; f1: Record<string, number | null> }[] {
  return Object.entries(reports).map(([name, { spans }]) => ({
    name,
    f1: byLabel(ENTITY_CLASSES, (label) => spans[label].f1),
  }));
}
