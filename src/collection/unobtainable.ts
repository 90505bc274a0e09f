import { printable } from '../foundation';

/** How often a request is sent again after a failure of a kind. */
export type Repetition =
  /** As often as the options say: a service that is busy, silent or out of order may be well the next moment. */
  | 'always'
  /** The same, but only three times until the service has answered a request of this kind correctly. */
  | 'when trusted'
  /** Until it has happened three times: what is wrong in the answer itself seldom changes. */
  | 'thrice'
  /** The same, but only once until the service has answered a request of this kind correctly: each try takes long. */
  | 'thrice when trusted'
  /** Never: the answer is final, or dangerous to read. */
  | 'never';

/** Server texts in a reason are cut to this many characters. */
const LONGEST_REASON = 300;

/** Why something could not be had; the message is what the manifest says. */
export class Unobtainable extends Error {
  override readonly name = 'Unobtainable';

  constructor(
    reason: string,
    readonly repeated: Repetition = 'always',
  ) {
    super(printable(reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason));
  }
}

/** The service says that what was asked for does not exist. */
export class NotFound extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'never');
  }
}

/** An answer that holds nothing: it may be true, or not. */
export class Empty extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'thrice');
  }
}

/** The service wants fewer requests (status 429); asking for less at a time would make more of them. */
export class TooMany extends Unobtainable {
  constructor() {
    super('the service answered with status 429', 'when trusted');
  }
}
