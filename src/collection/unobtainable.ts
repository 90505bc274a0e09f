import { printable } from '../foundation';

/** How often a request is sent again after a failure of a kind. */
export type Repetition =
  /** As often as the options say: a service that is busy, silent or out of order may recover at any moment. */
  | 'always'
  /** The same, but at most three times until the service has answered a request of this kind correctly. */
  | 'when trusted'
  /** At most three times: a wrong answer seldom changes. */
  | 'thrice'
  /** The same, but once until the service has answered a request of this kind correctly: each try takes long. */
  | 'thrice when trusted'
  /** Never: the answer is final, or dangerous to read. */
  | 'never';

/** Characters. Longer reasons, which may quote the server, are cut. */
const LONGEST_REASON = 300;

/** Why something could not be obtained; the message goes into the manifest. */
export class Unobtainable extends Error {
  override readonly name = 'Unobtainable';

  constructor(
    reason: string,
    readonly repeated: Repetition = 'always',
  ) {
    super(printable(reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason));
  }
}

/** The service says that it does not have what was asked for. */
export class NotFound extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'never');
  }
}

/** An answer without content, which may or may not be true. */
export class Empty extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'thrice');
  }
}

/** The service wants fewer requests (status 429); asking for less per request would make more of them. */
export class TooMany extends Unobtainable {
  constructor() {
    super('the service answered with status 429', 'when trusted');
  }
}
