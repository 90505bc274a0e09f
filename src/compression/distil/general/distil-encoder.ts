import { InputError } from '../../../foundation';
import { Encoder, encoderOfShape, fetchEncoder, readEncoderConfiguration } from '../../../nn';
import { Tokenizer } from '../../../tokenization';
import {
  checkRunFolder,
  learnFromText,
  type PretrainingPlace,
  type PretrainingReport,
  readWindows,
} from '../../../training';
import { projections } from '../layers';
import { chooseRelationHeads } from '../matching';
import { evaluateGeneral, type GeneralLesson, generalObjective, hiddenVariance } from './objective';
import type { GeneralDistillationConfiguration } from './schema';
import { startingTensors } from './start';

/**
 * Trains a new, small encoder on unlabelled text to compute what a larger one computes: general distillation. No labels are needed; the
 * folder can be the `encoder` of `fineTune`, for any task.
 *
 * @example const configuration = completeGeneralDistillation({ text: ['abstracts.txt'], fresh: { layers: 4, hiddenSize: 312, attentionHeads:
 * 12, intermediateSize: 1200 }, distillation: { teacher: 'minilm-l6-h384-uncased' }, learningRate: 1e-3 }, 'the distillation'); await
 * distilEncoder(configuration, { folder: 'runs/tiny', place: 'the distillation' });
 *
 * @throws InputError for unusable text, teacher, shape or folder, before anything is written
 */
export async function distilEncoder(
  configuration: GeneralDistillationConfiguration,
  run: PretrainingPlace,
): Promise<PretrainingReport> {
  const { folder, place } = run;
  const { text, seed, fresh, distillation } = configuration;
  checkRunFolder(folder, text);
  const source = await fetchEncoder(distillation.teacher);
  checkRunFolder(folder, [source, ...text]);
  const tokenizer = new Tokenizer(source);
  const shape = encoderOfShape(fresh, tokenizer, `${place}, "fresh"`);
  const teacherShape = readEncoderConfiguration(source);
  const { teacherLayer, relationWeight, hiddenWeight } = distillation;
  if (teacherLayer !== null && teacherLayer >= teacherShape.layers)
    throw new InputError(
      `${place}: "teacherLayer" is ${teacherLayer}, but the teacher has ${teacherShape.layers} layers, counted from 0; choose a smaller number`,
    );
  const pair = { student: shape.layers - 1, teacher: teacherLayer ?? teacherShape.layers - 1 };
  const relationHeads = chooseRelationHeads(shape, teacherShape, distillation, place);
  const maximumLength = Math.min(
    configuration.maximumLength,
    shape.maximumPositions,
    teacherShape.maximumPositions,
  );
  const windows = await readWindows(configuration, tokenizer, maximumLength);
  const teacher = Encoder.load(source);
  try {
    const lesson: GeneralLesson = {
      teacher: source,
      pair,
      relationHeads,
      relationWeight,
      hiddenWeight:
        hiddenWeight > 0 ? hiddenWeight / hiddenVariance(teacher, pair.teacher, windows.train) : 0,
    };
    const extra = hiddenWeight > 0 ? projections(shape, teacherShape, [pair], seed) : [];
    const start = startingTensors(shape, teacherShape, teacher.parameters.snapshot(), seed);
    const student = new Encoder(shape, new Map([...start, ...extra]));
    try {
      const objective = generalObjective(student, lesson, teacher);
      return await learnFromText({
        ...run,
        configuration,
        windows,
        objective,
        evaluate: () => evaluateGeneral(objective, windows.heldOut),
      });
    } finally {
      student.dispose();
    }
  } finally {
    teacher.dispose();
  }
}
