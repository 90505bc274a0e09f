import {
  definitionOf,
  type EncoderConfiguration,
  encoderParameterShapes,
  freshTensors,
  type Tensor,
} from '../../../nn';
import { principalDirections, project } from '../../principal-directions';

const TABLES = ['word', 'position', 'token_type'] as const;

/**
 * Initializes a student: its embeddings are its teacher's, projected on the principal directions of the teacher's word embeddings, if
 * they are not wider; everything else is random, by the seed.
 *
 * @param stored the teacher's tensors
 */
export function startingTensors(
  student: EncoderConfiguration,
  teacher: EncoderConfiguration,
  stored: ReadonlyMap<string, Tensor>,
  seed: number,
): Map<string, Tensor> {
  const tensors = freshTensors(encoderParameterShapes(student), seed);
  if (student.embeddingSize > teacher.embeddingSize) return tensors;
  const nameIn = ({ type }: EncoderConfiguration, table: string) =>
    `${definitionOf({ type }).prefix}.embeddings.${table}_embeddings.weight`;
  const directions = principalDirections(stored.get(nameIn(teacher, 'word'))!, student.embeddingSize);
  for (const table of TABLES) {
    const [own, theirs] = [tensors.get(nameIn(student, table)), stored.get(nameIn(teacher, table))];
    if (!own || !theirs) continue;
    const first = (encoder: EncoderConfiguration) =>
      table === 'position' ? definitionOf(encoder).firstPosition(encoder.paddingId) : 0;
    copyRows(project(theirs, directions), first(teacher), own, first(student));
  }
  return tensors;
}

/** Copies as many rows as both have // source [rows, width], target [other rows, width] */
function copyRows(source: Tensor, from: number, target: Tensor, to: number): void {
  const [rows, width] = target.shape;
  const count = Math.min(source.shape[0] - from, rows - to);
  target.data.set(source.data.subarray(from * width, (from + count) * width), to * width);
}
