/**
 * Checks of ONNX files that others may have made, before ONNX Runtime opens them: known operators alone, no loops, no other files,
 * tensors as large as they say, finite weights, and a run that takes no more memory and time than an encoder does.
 *
 * In: the bytes of a file, and what its model folder says. Out: nothing, or an InputError. May touch: the file, to read.
 */
export { checkOnnx, type ExpectedShape, readOnnxFile } from './check';
