/** Why something could not be had; the message is what the manifest says. */
export class Unobtainable extends Error {
  override readonly name = 'Unobtainable';
}

/** The service says that what was asked for does not exist. */
export class NotFound extends Unobtainable {}

/** An answer that holds nothing: it may be true, or a lie. It is asked for again, but not as often as after a failure. */
export class Empty extends Unobtainable {}
