import {
  type CodedErrorClass,
  type CodedErrorOf,
  defineErrors,
  type TypedErrorRow,
} from '@pubky-paykit/primitives';

/** pubky-noise 0.8 numbers its error kinds; these two are the ones this layer can cause (N8 §9.1). */
const SNOW = 3000;
const INVALID_PEER_KEY = 7000;

// The table is part of every bundle, so texts are short and shared.
const RESTART = 'Start a new handshake.';
const FIX_KEYS = 'Pass the keys this pattern and role need.';
const SEE_SPECIFICATION = 'See the Noise specification.';
const FIX_CALL = 'Correct the call.';
const DROP_PEER = 'Drop the connection.';

/** Nothing here gets better by trying again: a handshake is made anew, a call is corrected. */
function row<Context extends object = Record<never, never>>(
  summary: string,
  nextStep: string,
  wireCode?: number,
): TypedErrorRow<Context> {
  return { summary, nextStep, retryable: false, ...(wireCode && { wireCode }) };
}

/** Every code of this package. */
export const NOISE_ERRORS = {
  NOISE_DECRYPT_FAILED: row('the message was altered, or has other keys', RESTART, SNOW),
  NOISE_WEAK_KEY: row<{ token: string }>(
    'weak public key of the peer: {token} is zero',
    DROP_PEER,
    INVALID_PEER_KEY,
  ),
  NOISE_MESSAGE_TOO_SHORT: row<{ minimum: number; actual: number }>(
    'the message has {actual} of at least {minimum} bytes',
    DROP_PEER,
    SNOW,
  ),
  NOISE_MESSAGE_TOO_LONG: row<{ maximum: number; actual: number }>(
    'the message has {actual} of at most {maximum} bytes',
    'Split it.',
    SNOW,
  ),
  NOISE_STATE_CONSUMED: row('this turn was used before', 'Use its `next`.', SNOW),
  NOISE_OUT_OF_TURN: row<{ wanted: string; turn: string }>(
    'the turn is {turn} and not {wanted}',
    FIX_CALL,
    SNOW,
  ),
  NOISE_ONE_WAY: row<{ wanted: string }>('this pattern is one-way: no {wanted} here', FIX_CALL, SNOW),
  NOISE_DESTROYED: row('this was destroyed', RESTART, SNOW),
  NOISE_NONCE_EXHAUSTED: row('all nonces of this key are used', RESTART, SNOW),
  NOISE_NONCE_DIRECTION: row('a nonce is set at the receiver only', FIX_CALL),
  NOISE_REPLAY: row<{ nonce: bigint }>('nonce {nonce} is not new', 'Ignore the message.', SNOW),
  NOISE_KEY_LENGTH: row<{ key: string; expected: number; actual: number }>(
    'the key {key} has {actual} of {expected} bytes',
    FIX_KEYS,
  ),
  NOISE_KEY_MISSING: row<{ key: string; pattern: string }>(
    'the key {key} is missing in {pattern}',
    FIX_KEYS,
    SNOW,
  ),
  NOISE_KEY_UNEXPECTED: row<{ key: string; pattern: string }>(
    'the key {key} is unused in {pattern}',
    FIX_KEYS,
    SNOW,
  ),
  NOISE_KEY_INVALID: row<{ key: string }>(
    'the key {key} is zero, or was used up',
    'Generate a new key.',
    INVALID_PEER_KEY,
  ),
  NOISE_PATTERN_INVALID: row<{ pattern: string; reason: string }>(
    '{pattern} is not a pattern: {reason}',
    SEE_SPECIFICATION,
  ),
  NOISE_NAME_INVALID: row<{ reason: string }>('this is not a protocol name: {reason}', SEE_SPECIFICATION),
} as const;

/** Thrown by everything in this package. */
export const NoiseError: CodedErrorClass<typeof NOISE_ERRORS> = /* @__PURE__ */ defineErrors(
  'NoiseError',
  NOISE_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type NoiseError = CodedErrorOf<typeof NOISE_ERRORS>;
