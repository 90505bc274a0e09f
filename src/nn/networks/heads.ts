import type { EncoderConfiguration } from './configuration';
import type { EncoderDefinition, Head } from './definition';
import { definitionOf } from './encoders';
import type { NetworkOperations } from './operations';
import { embeddingTable } from './transformer';

/** Applies a head to hidden states [batch, length, hidden] -> logits shaped as in `Head` */
export function applyHead<T>(
  nn: NetworkOperations<T>,
  configuration: EncoderConfiguration,
  head: Head,
  hidden: T,
): T {
  const definition = definitionOf(configuration);
  switch (head.kind) {
    case 'tokens': {
      const dropped = nn.dropout(hidden, configuration[definition.tokenHeadDropout]);
      return nn.linear(dropped, 'classifier', head.labels.length);
    }
    case 'sequence':
      return classifySequence(nn, definition, configuration, head.labels.length, hidden);
    case 'vocabulary':
      return predictWords(nn, definition, configuration, hidden);
  }
}

function classifySequence<T>(
  nn: NetworkOperations<T>,
  { sequenceHead }: EncoderDefinition,
  { hiddenSize, sequenceDropout }: EncoderConfiguration,
  labels: number,
  hidden: T,
): T {
  const { transform, activation, output, dropoutFirst } = sequenceHead;
  const first = nn.firstToken(hidden); // [batch, hidden]
  const input = dropoutFirst ? nn.dropout(first, sequenceDropout) : first;
  const pooled = nn.linear(input, transform, hiddenSize, activation);
  return nn.linear(nn.dropout(pooled, sequenceDropout), output, labels); // [batch, labels]
}

/** Masked language model (Devlin et al. 2019): scores words with the embedding table. */
function predictWords<T>(
  nn: NetworkOperations<T>,
  { prefix, vocabularyHead }: EncoderDefinition,
  configuration: EncoderConfiguration,
  hidden: T,
): T {
  const { transform, norm, bias } = vocabularyHead;
  const { vocabularySize, embeddingSize, layerNormEpsilon } = configuration;
  const transformed = nn.linear(hidden, transform, embeddingSize, 'gelu');
  const normalized = nn.layerNorm(transformed, norm, layerNormEpsilon);
  return nn.wordScores(normalized, embeddingTable(prefix, 'word', vocabularySize, configuration), bias);
}
