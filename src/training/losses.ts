import type { Scalar, Tensor, Tensor3D } from '@tensorflow/tfjs-node-gpu';
import { tensorflow } from '../nn';

/**
 * Binary cross-entropy of independent sigmoids, averaged over the known labels alone: a class that a corpus did not look for
 * teaches nothing, neither for nor against.
 *
 * For a logit z and a label y it is max(z, 0) - z y + log(1 + exp(-|z|)), which never overflows.
 *
 * @param logits [batch, length, outputs] @param labels 0 or 1, same shape @param known 1 where the label counts, same shape
 */
export function maskedBinaryCrossEntropy(logits: Tensor3D, labels: Tensor, known: Tensor): Scalar {
  const tf = tensorflow();
  const loss = tf.add(
    tf.sub(tf.relu(logits), tf.mul(logits, labels)),
    tf.log1p(tf.exp(tf.neg(tf.abs(logits)))),
  );
  return tf.div(tf.sum(tf.mul(loss, known)), tf.maximum(tf.sum(known), 1));
}
