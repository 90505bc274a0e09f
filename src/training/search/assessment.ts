import type { SearchSpace } from './space-file';

/**
 * Returns the grid of the assessment's reference answer, for the given encoders. Its label smoothing is unknown; 0.1 is that of
 * Szegedy et al. 2016 (arXiv:1512.00567), used only by `smooth_focal`.
 */
export function assessmentGrid(encoders: readonly string[], epochs: number): SearchSpace {
  return {
    parameters: {
      encoder: { choices: encoders },
      learningRate: { choices: [2e-5, 5e-5] },
      dropout: { choices: [0, 0.1] },
      loss: { choices: ['bce', 'focal', 'smooth_focal'] },
      batchSize: { choices: [16, 32] },
      maximumLength: { choices: [128, 256] },
    },
    fixed: { labelSmoothing: 0.1, epochs },
  };
}
