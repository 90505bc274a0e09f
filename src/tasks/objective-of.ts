import { type LabelNetwork, padBatch, type Tensor } from '../nn';
import { type LossOptions, lossOnTape } from './losses';
import type { Objective } from './objective';
import type { Task } from './task';

/** Creates the objective of a labelling task: the loss of the network's logits. */
export function objectiveOf<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  network: Network,
  options: LossOptions,
): Objective<Example> {
  const { configuration, parameters, source } = network;
  const { loss, focalGamma, labelSmoothing, classWeights } = options;
  const own: LossOptions = { loss, focalGamma, labelSmoothing, classWeights };
  const compute = task.loss(own, configuration);
  return {
    parameters,
    layers: configuration.encoder.layers,
    description: { task: task.name, model: configuration, loss: own },
    save: (folder) => network.save(folder),
    reload: (folder) => network.reload(folder),
    weight: (examples) => task.weight(examples, configuration, own),
    blueprint: {
      module: require.resolve('./tasks'),
      export: 'remakeObjective',
      arguments: [task.name, configuration, source, own],
    },
    loss(tape, weights, examples) {
      const logits = network.logits(tape, weights, padBatch(examples));
      return lossOnTape(tape, logits, () => compute(logits, examples));
    },
  };
}

/**
 * Saves and reloads a network that trains with more tensors than its folder contains.
 *
 * @param bare selects the tensors of the folder from all tensors
 */
export function savedWithout<Item, Example extends { inputIds: Int32Array }, Network extends LabelNetwork>(
  task: Task<Item, Example, Network>,
  { configuration, source, parameters }: Network,
  bare: (tensors: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>,
): Pick<Objective<Example>, 'save' | 'reload'> {
  return {
    save(folder) {
      const saved = task.build(configuration, source, bare(parameters.snapshot()));
      saved.save(folder);
      saved.dispose();
    },
    reload(folder) {
      const saved = task.load(folder);
      parameters.restore(new Map([...parameters.snapshot(), ...saved.parameters.snapshot()]));
      saved.dispose();
    },
  };
}

export type Tensors = ReadonlyMap<string, Tensor>;
