import { printable } from '../foundation';

/** How often a request is retried after a kind of failure. */
export type Repetition =
  /** As often as configured: a busy, silent or failing service may recover at any moment. */
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

/** The service reports that it does not have the requested item. */
export class NotFound extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'never');
  }
}

/** A response without content, which may or may not be correct. */
export class Empty extends Unobtainable {
  constructor(reason: string) {
    super(reason, 'thrice');
  }
}

/** The service asks for fewer requests (status 429); smaller requests would increase their number. */
export class TooMany extends Unobtainable {
  constructor() {
    super('the service answered with status 429', 'when trusted');
  }
}
