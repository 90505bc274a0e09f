import type { Figure } from '../visualization';

/** What a figure of a study is of. */
export interface FigureSource {
  /** The project's own sample, and not the corpus that the study is about. */
  isSample: boolean;
  /** The encoder or training whose results it shows. */
  model?: string;
}

/** Says beside a figure which model it is of, and whether its data is the sample. */
export const captioned = (figure: Figure, { isSample, model }: FigureSource): Figure => ({
  ...figure,
  reading: [isSample && 'Sample written for the project.', model && `Model: ${model}.`, figure.reading]
    .filter(Boolean)
    .join(' '),
});
