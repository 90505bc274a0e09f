/**
 * Checks untrusted ONNX files before ONNX Runtime opens them: only known operators, no loops, no external files, tensors of their
 * stated size, finite weights, and no more memory and time per run than an encoder takes.
 *
 * In: the bytes of a file, and the configuration of its model folder. Out: nothing, or an InputError. May touch: the file (reads).
 */
export { checkOnnx, readOnnxFile } from './check';
