/**
 * Checks of ONNX files that others may have made, before ONNX Runtime opens them: only known operators, no loops, no external files,
 * tensors of the size that they state, finite weights, and no more memory and time per run than an encoder takes.
 *
 * In: the bytes of a file, and what its model folder says. Out: nothing, or an InputError. May touch: the file, to read.
 */
export { checkOnnx, readOnnxFile } from './check';
