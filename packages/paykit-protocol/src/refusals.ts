import type { ErrorMessage } from './messages.ts';

/** Why a payee says no, and the text that goes with it. Nothing in it depends on what happened inside. */
interface Refusal {
  readonly message: string;
}

/**
 * The codes a payee sends in `Error`. `WRONG_PAYEE` is 0.8's own; the others are ours, since 0.8 sends none (W-21).
 * Peers see these texts and nothing else: never the text of an inner error.
 */
export const REFUSALS = {
  WRONG_PAYEE: { message: 'The receipt names another payee.' },
  WRONG_PAYER: { message: 'The payer is not the peer of this session.' },
  PAYER_UNVERIFIED: { message: 'The payer could not be verified.' },
  DUPLICATE_ID: { message: 'Another receipt has this id. Use a new one.' },
  UNKNOWN_METHOD: { message: 'This payment method is not offered.' },
  BAD_AMOUNT: { message: 'The amount must be a positive decimal.' },
  BAD_TIME: { message: 'The time of creation is too far from now.' },
  DECLINED: { message: 'The payee declined.' },
  UNAVAILABLE: { message: 'The receipt could not be made now. The same request may be sent again.' },
  UNSOLICITED: { message: 'No request of ours is waiting for this receipt.' },
  BAD_MESSAGE: { message: 'The message could not be read.' },
} as const satisfies Readonly<Record<string, Refusal>>;

/** A code of {@link REFUSALS}. */
export type RefusalCode = keyof typeof REFUSALS;

/** The message that tells the peer. */
export function refusalMessage(code: RefusalCode): ErrorMessage {
  return { type: 'Error', code, message: REFUSALS[code].message };
}
