import { InputError } from '../../foundation';
import {
  type EncoderConfiguration,
  hasWeights,
  type LabelNetwork,
  readEncoderConfiguration,
  readTask,
} from '../../nn';
import type { Task } from '../../tasks';
import type { DistillationOptions } from './options';
import { hasKeptAnswers } from './soft-target-file';
import { createStudent, planStudent } from './student';

/** What a student starts from. */
export interface StudentStart<Network> {
  encoder: EncoderConfiguration;
  /** Creates the network; the caller disposes it. @param teacher undefined if its answers alone are kept */
  create(teacher: Network | undefined): Network;
  /** Folder of the pretrained weights, if it starts from these. */
  pretrained?: string;
}

export interface StudentPlace {
  /** The teacher's folder. */
  teacher: string;
  /** The folder of the option `student`, if given. */
  folder?: string;
  maximumLength: number;
  seed: number;
  /** Names the configuration in errors. */
  place: string;
}

/**
 * Decides what a student starts from. Without a folder: its teacher, of which it is a smaller version. With the folder of a trained
 * model: that model, such as the pruned teacher. With the folder of another encoder: its pretrained weights, of which some layers
 * may be left out, and a new head like the teacher's. The last two may have any architecture, shape and tokenizer.
 *
 * @throws InputError if the options do not describe a student of this teacher
 */
export function planStart<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  options: DistillationOptions,
  { teacher, folder, maximumLength, seed, place }: StudentPlace,
): StudentStart<Network> {
  const taught = task.readConfiguration(teacher);
  if (folder === undefined) {
    if (hasKeptAnswers(teacher) && !hasWeights(teacher))
      throw new InputError(
        `${place}: ${teacher} holds a teacher's answers without its weights, so no student can start from it; name the encoder to start from with "student"`,
      );
    const plan = planStudent(taught.encoder, options, 'its teacher', place);
    return {
      encoder: plan.encoder,
      create: (original) => createStudent(task, original!, plan, maximumLength, seed),
    };
  }
  const trainedFor = readTask(folder);
  if (trainedFor === 'tagging' || trainedFor === 'classification') {
    if (options.layers !== null)
      throw new InputError(
        `${place}: "student" names a trained model, which determines the student's layers; leave "layers" out`,
      );
    return { encoder: readTrained(task, folder, teacher), create: () => task.load(folder) };
  }
  const whole = readEncoderConfiguration(folder);
  const { layers } = options;
  const plan = layers === null ? undefined : planStudent(whole, options, folder, place);
  return {
    encoder: plan?.encoder ?? whole,
    pretrained: folder,
    create() {
      const network = task.createLike(folder, { ...taught, maximumLength }, seed);
      if (!plan) return network;
      try {
        return createStudent(task, network, plan, maximumLength, seed);
      } finally {
        network.dispose();
      }
    },
  };
}

/** Returns the shape of a trained student. Its outputs must be the teacher's. */
function readTrained<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  folder: string,
  teacher: string,
): EncoderConfiguration {
  const { encoder, ...own } = task.readConfiguration(folder);
  const { encoder: _, ...wanted } = task.readConfiguration(teacher);
  const labelsOf = (configuration: object) =>
    JSON.stringify({ ...configuration, maximumLength: undefined, threshold: undefined });
  if (labelsOf(own) !== labelsOf(wanted))
    throw new InputError(
      `${folder}: has the labels ${labelsOf(own)}, but its teacher has ${labelsOf(wanted)}; choose a student with the teacher's labels`,
    );
  return encoder;
}
