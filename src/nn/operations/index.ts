/**
 * Operations with their gradients. Each takes the tape first, then tensors, and documents as formulas its result and its gradient.
 */
export { gelu, relu, tanh } from './activations';
export { add } from './add';
export { attention } from './attention';
export { createChance, dropout } from './dropout';
export { gatherRows } from './gather-rows';
export { layerNorm } from './layer-norm';
export { linear, linears } from './linear';
export { linearAddNorm } from './linear-add-norm';
export { linearGelu } from './linear-gelu';
export { relativeBias } from './relative-bias';
