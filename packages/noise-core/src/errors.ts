import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** pubky-noise 0.8 numbers its error kinds; these two are the ones this layer can cause (N8 §9.1). */
const SNOW_WIRE_CODE = 3000;
const INVALID_PEER_KEY_WIRE_CODE = 7000;

const NEW_HANDSHAKE = 'Drop this handshake and start a new one.';
const DROP_SESSION = 'Drop the session and start a new handshake.';

/** Every code of this package. */
export const NOISE_ERRORS = {
  NOISE_DECRYPT_FAILED: errorRow({
    summary: 'the message failed authentication: it was altered, or made for other keys',
    nextStep: `${DROP_SESSION} If it happens every time, check keys, prologue and pre-shared keys of both sides.`,
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_WEAK_KEY: errorRow<{ token: string }>({
    summary: 'the Diffie-Hellman result of {token} is zero: the peer sent a low-order public key',
    nextStep: 'Do not talk to this peer with this key.',
    retryable: false,
    wireCode: INVALID_PEER_KEY_WIRE_CODE,
  }),
  NOISE_MESSAGE_TOO_SHORT: errorRow<{ minimum: number; actual: number }>({
    summary: 'the message has {actual} bytes, at least {minimum} are needed',
    nextStep: 'Treat it as truncated and drop the connection.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_MESSAGE_TOO_LONG: errorRow<{ maximum: number; actual: number }>({
    summary: 'the message would have {actual} bytes, at most {maximum} are allowed',
    nextStep: 'Split the payload into several messages.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_STATE_CONSUMED: errorRow({
    summary: 'this handshake turn was used before',
    nextStep: 'Go on with the `next` that the earlier call returned.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_OUT_OF_TURN: errorRow<{ wanted: string; turn: string }>({
    summary: '{wanted} was called where the turn is {turn}',
    nextStep: `Branch on \`turn\`. ${NEW_HANDSHAKE}`,
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_ONE_WAY: errorRow<{ wanted: string }>({
    summary: '{wanted} is not possible: this pattern carries messages from the initiator only',
    nextStep: 'Use an interactive pattern if both sides have to talk.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_DESTROYED: errorRow({
    summary: 'the state was destroyed, by its owner or by an earlier failure',
    nextStep: NEW_HANDSHAKE,
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_NONCE_EXHAUSTED: errorRow({
    summary: 'all nonces of this key are used',
    nextStep: DROP_SESSION,
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_NONCE_DIRECTION: errorRow({
    summary: 'a nonce may be set only on a state that never encrypts',
    nextStep: 'Set nonces on the receiving side only.',
    retryable: false,
  }),
  NOISE_REPLAY: errorRow<{ nonce: bigint }>({
    summary: 'the message with nonce {nonce} was received before, or is too old to tell',
    nextStep: 'Ignore the message; the session stays usable.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_KEY_LENGTH: errorRow<{ key: string; expected: number; actual: number }>({
    summary: 'the key {key} has {actual} bytes, exactly {expected} are needed',
    nextStep: 'Pass the whole key, decoded from its text form.',
    retryable: false,
  }),
  NOISE_KEY_MISSING: errorRow<{ key: string; pattern: string }>({
    summary: 'the pattern {pattern} needs the key {key}',
    nextStep: 'Pass it in the options of the handshake.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_KEY_UNEXPECTED: errorRow<{ key: string; pattern: string }>({
    summary: 'the pattern {pattern} has no use for the key {key} in this role',
    nextStep: 'Leave it out, or choose the pattern that authenticates it.',
    retryable: false,
    wireCode: SNOW_WIRE_CODE,
  }),
  NOISE_KEY_INVALID: errorRow<{ key: string }>({
    summary: 'the key {key} cannot be used',
    nextStep: 'Generate a new key.',
    retryable: false,
    wireCode: INVALID_PEER_KEY_WIRE_CODE,
  }),
  NOISE_PATTERN_INVALID: errorRow<{ pattern: string; reason: string }>({
    summary: 'the pattern {pattern} is not valid: {reason}',
    nextStep: 'Use a pattern of the specification, or mend this one.',
    retryable: false,
  }),
  NOISE_NAME_INVALID: errorRow<{ reason: string }>({
    summary: 'this is not a Noise protocol name: {reason}',
    nextStep: 'Write it like Noise_XX_25519_ChaChaPoly_BLAKE2s.',
    retryable: false,
  }),
} as const;

/** Thrown by everything in this package. */
export const NoiseError: CodedErrorClass<typeof NOISE_ERRORS> = defineErrors('NoiseError', NOISE_ERRORS);
export type NoiseError = CodedErrorOf<typeof NOISE_ERRORS>;
