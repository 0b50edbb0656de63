import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** pubky-noise 0.8 numbers its error kinds; these two are the ones this layer can cause (N8 §9.1). */
const SNOW = 3000;
const INVALID_PEER_KEY = 7000;

// The table is part of every bundle, so texts are short and shared.
const RESTART = 'Start a new handshake.';
const FIX_KEYS = 'Pass the keys this pattern and role need.';
const DROP_PEER = 'Drop the connection.';

/** Every code of this package. */
export const NOISE_ERRORS = {
  NOISE_DECRYPT_FAILED: /* @__PURE__ */ errorRow({
    summary: 'the message was altered, or made with other keys',
    nextStep: RESTART,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_WEAK_KEY: /* @__PURE__ */ errorRow<{ token: string }>({
    summary: 'the peer sent a weak public key: {token} gives zero',
    nextStep: DROP_PEER,
    retryable: false,
    wireCode: INVALID_PEER_KEY,
  }),
  NOISE_MESSAGE_TOO_SHORT: /* @__PURE__ */ errorRow<{ minimum: number; actual: number }>({
    summary: 'the message has {actual} of at least {minimum} bytes',
    nextStep: DROP_PEER,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_MESSAGE_TOO_LONG: /* @__PURE__ */ errorRow<{ maximum: number; actual: number }>({
    summary: 'the message has {actual} of at most {maximum} bytes',
    nextStep: 'Split it.',
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_STATE_CONSUMED: /* @__PURE__ */ errorRow({
    summary: 'this turn was used before',
    nextStep: 'Go on with its `next`.',
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_OUT_OF_TURN: /* @__PURE__ */ errorRow<{ wanted: string; turn: string }>({
    summary: '{wanted} was called where the turn is {turn}',
    nextStep: 'Branch on `turn`.',
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_ONE_WAY: /* @__PURE__ */ errorRow<{ wanted: string }>({
    summary: 'a one-way pattern allows no {wanted} here',
    nextStep: 'Use an interactive pattern.',
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_DESTROYED: /* @__PURE__ */ errorRow({
    summary: 'this was destroyed, by its owner or by a failure',
    nextStep: RESTART,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_NONCE_EXHAUSTED: /* @__PURE__ */ errorRow({
    summary: 'all nonces of this key are used',
    nextStep: RESTART,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_NONCE_DIRECTION: /* @__PURE__ */ errorRow({
    summary: 'only a state that never encrypts takes a nonce',
    nextStep: 'Set nonces at the receiver.',
    retryable: false,
  }),
  NOISE_REPLAY: /* @__PURE__ */ errorRow<{ nonce: bigint }>({
    summary: 'nonce {nonce} was seen before, or is too old to tell',
    nextStep: 'Ignore the message.',
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_KEY_LENGTH: /* @__PURE__ */ errorRow<{ key: string; expected: number; actual: number }>({
    summary: 'the key {key} has {actual} of {expected} bytes',
    nextStep: FIX_KEYS,
    retryable: false,
  }),
  NOISE_KEY_MISSING: /* @__PURE__ */ errorRow<{ key: string; pattern: string }>({
    summary: 'the key {key} is missing for {pattern}',
    nextStep: FIX_KEYS,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_KEY_UNEXPECTED: /* @__PURE__ */ errorRow<{ key: string; pattern: string }>({
    summary: 'the key {key} has no use in {pattern}',
    nextStep: FIX_KEYS,
    retryable: false,
    wireCode: SNOW,
  }),
  NOISE_KEY_INVALID: /* @__PURE__ */ errorRow<{ key: string }>({
    summary: 'the key {key} is zero, or was used up',
    nextStep: 'Generate a new key.',
    retryable: false,
    wireCode: INVALID_PEER_KEY,
  }),
  NOISE_PATTERN_INVALID: /* @__PURE__ */ errorRow<{ pattern: string; reason: string }>({
    summary: '{pattern} is not a pattern: {reason}',
    nextStep: 'See the specification, §7.',
    retryable: false,
  }),
  NOISE_NAME_INVALID: /* @__PURE__ */ errorRow<{ reason: string }>({
    summary: 'this is not a protocol name: {reason}',
    nextStep: 'See the specification, §8.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const NoiseError: CodedErrorClass<typeof NOISE_ERRORS> = /* @__PURE__ */ defineErrors(
  'NoiseError',
  NOISE_ERRORS,
);
export type NoiseError = CodedErrorOf<typeof NOISE_ERRORS>;
