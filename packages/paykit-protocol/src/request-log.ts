import { hex, isCodedError, type Logger } from '@pubky-paykit/primitives';
import { SHOWN_CODE_MAX_CHARS } from './constants.ts';
import type { PaykitError } from './errors.ts';
import { shownCode } from './peer-text.ts';
import type { PaykitReceipt } from './receipt.ts';
import type { RefusalCode } from './refusals.ts';

/** Bytes of a public key that a log line shows. */
const SHOWN_KEY_BYTES = 8;

/** What a log line says of a request: `peer` if that key is proven, else `claimedPayer`, which anyone may have written. */
export function requestFields({ receiptId, payer }: PaykitReceipt, proven?: Uint8Array) {
  const shown = hex.encode((proven ?? payer).subarray(0, SHOWN_KEY_BYTES));
  return {
    [proven === undefined ? 'claimedPayer' : 'peer']: shown,
    receiptId: shownCode(receiptId, SHOWN_CODE_MAX_CHARS),
  };
}

/** A refusal, with the codes of what went wrong inside. */
export function logRefusal(
  logger: Logger,
  message: string,
  fields: ReturnType<typeof requestFields>,
  { reason, cause }: { readonly reason: RefusalCode; readonly cause?: PaykitError | undefined },
): void {
  logger.warn(message, { ...fields, reason, cause: cause?.code, because: innerCode(cause) });
}

/** What the application's own part failed with: a code says enough, its text may say too much. */
function innerCode(error: PaykitError | undefined): string | undefined {
  const inner = error?.cause;
  if (isCodedError(inner)) return inner.code;
  return inner instanceof Error ? inner.name : undefined;
}
