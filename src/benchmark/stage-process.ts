/** `stage-process.js FOLDER FILE THREADS`: measures one stage of a compression and nothing else; see `benchmarkStage`. */
import { answerParent, type LabelledText, peakMegabytes } from '../foundation';
import { WEIGHTS } from '../nn';
import { measureStage, type StageOptions } from './stage';
import { openTextVariant, startTensorFlow } from './variants';

const [folder, file, threads] = process.argv.slice(2);

answerParent(async ({ texts, ...options }: StageOptions & { texts: LabelledText[] }) => {
  // Its threads count only if they are set before it is first used; graphs in ONNX run without it.
  if (file === WEIGHTS) startTensorFlow(Number(threads), () => {});
  const variant = await openTextVariant(folder, file, Number(threads));
  return { ...(await measureStage(variant, texts, options)), peakMegabytes: peakMegabytes() };
});
