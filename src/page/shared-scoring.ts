import type { TokenScorer } from '../tokenization';

/** Texts with fewer windows are annotated before other workers would have started. */
const FEW = 64;
/** Windows in one portion: few, so that no worker waits long for another at the end. */
const PORTION = 8;

/**
 * Shares windows between a scorer and helpers, which take a portion at a time. A helper that fails is removed, and its portion is scored
 * by the others.
 *
 * @param helpers started by the first call that needs them
 * @param onHelped called with the number of windows that a helper has scored
 */
export function shareScoring(
  own: TokenScorer,
  helpers: () => Set<TokenScorer>,
  onHelped: (windows: number) => void = () => {},
): TokenScorer {
  return async (windows) => {
    if (windows.length < FEW) return own(windows);
    const scores = new Array<Float32Array>(windows.length);
    const left = Array.from({ length: Math.ceil(windows.length / PORTION) }, (_, place) => place * PORTION);
    let isOver = false;
    const take = async (score: TokenScorer, onScored = (_: number) => {}) => {
      for (let start = left.shift(); start !== undefined; start = isOver ? undefined : left.shift()) {
        try {
          const found = await score(windows.slice(start, start + PORTION));
          scores.splice(start, found.length, ...found);
          onScored(found.length);
        } catch (error) {
          left.unshift(start);
          throw error;
        }
      }
    };
    const started = helpers();
    const helped = [...started].map((helper) =>
      take(helper, onHelped).catch(() => {
        started.delete(helper);
      }),
    );
    try {
      await take(own);
      await Promise.all(helped);
      await take(own); // what a helper has left
    } finally {
      isOver = true;
    }
    return scores;
  };
}
