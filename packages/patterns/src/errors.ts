import { type CodedErrorClass, type CodedErrorOf, defineErrors, errorRow } from '@pubky-paykit/primitives';

/** Why an identity payload or an attestation could not be read. */
export type PayloadFault =
  | 'too-long'
  | 'not-utf8'
  | 'syntax'
  | 'too-deep'
  | 'duplicate-member'
  | 'missing-member'
  | 'not-a-byte'
  | 'wrong-length'
  | 'unknown-role'
  | 'other-type'
  | 'trailing-data';

/** What is wrong with one member of a policy's settings. */
export type SettingFault =
  | 'unreadable'
  | 'not-an-object'
  | 'not-a-list'
  | 'not-a-text'
  | 'not-a-number'
  | 'unknown-member'
  | 'unknown-pattern'
  | 'wrong-count'
  | 'out-of-range'
  | 'duplicate';

/** Which of the checks on a peer's identity failed. */
export type IdentityCheck = 'noise-key' | 'role' | 'signature';

/** The codes of this package. Those of `noise-core` (`NOISE_…`) pass through unchanged. */
export const PATTERNS_ERRORS = {
  PATTERNS_PAYLOAD_INVALID: errorRow<{ fault: PayloadFault; offset: number }>({
    summary: 'the identity payload is refused at character {offset}: {fault}',
    nextStep: 'Close the connection; the peer does not speak IK with an identity.',
    retryable: false,
    wireCode: 4000,
  }),
  PATTERNS_PAYLOAD_UNEXPECTED: errorRow<{ bytes: number }>({
    summary: 'the first message carries {bytes} bytes where this pattern carries none',
    nextStep: 'Close the connection; the negotiation byte may have been changed on the way.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_IDENTITY_UNVERIFIED: errorRow<{ check: IdentityCheck }>({
    summary: 'the peer did not prove the identity it claims: {check}',
    nextStep: 'Close the connection and treat the peer as a stranger.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_IDENTITY_REFUSED: errorRow({
    summary: 'the peer proved its identity, but it is not on the allow list',
    nextStep: 'Close the connection, or add the identity to the allow list.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_STATIC_REFUSED: errorRow({
    summary: 'the peer proved its Noise key, but that key is not allowed here',
    nextStep: 'Close the connection, or allow the key.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_STATIC_UNEXPECTED: errorRow<{ expected: string; presented: string }>({
    summary: 'the peer proved the Noise key {presented}… where {expected}… was expected',
    nextStep: 'Close the connection: this is another peer, or its key has changed. Look the key up again.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_PIN_CHANGED: errorRow<{ pinned: string; presented: string }>({
    summary: 'the peer proved the Noise key {presented}…, but {pinned}… was pinned at first contact',
    nextStep:
      'Ask the user: the peer has changed its key, or somebody poses as it. Remove the pin only when you are sure.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_PIN_STORE_FULL: errorRow<{ maximum: number }>({
    summary: 'the pin store holds {maximum} peers and takes no more',
    nextStep: 'Remove peers that are not needed, or use a larger store.',
    retryable: false,
    wireCode: 9000,
  }),
  PATTERNS_TRUST_FAILED: errorRow({
    summary: 'the pin store or the verifyStatic callback failed',
    nextStep: 'See the cause; the key was not trusted.',
    retryable: true,
    wireCode: 9000,
  }),
  PATTERNS_REPLAYED: errorRow({
    summary: 'this first message was received before',
    nextStep: 'Close the connection; somebody sends a recording.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_REPLAY_CACHE_FULL: errorRow<{ maximum: number }>({
    summary: 'the replay cache holds {maximum} first messages and cannot tell another one from a recording',
    nextStep: 'Wait until old ones are forgotten, limit new connections, or use a larger cache.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_REPLAY_CACHE_FAILED: errorRow({
    summary: 'the replay cache failed',
    nextStep: 'See the cause; the handshake was refused.',
    retryable: true,
    wireCode: 9000,
  }),
  PATTERNS_ATTESTATION_INVALID: errorRow<{ fault: PayloadFault; offset: number }>({
    summary: 'the attestation is refused at character {offset}: {fault}',
    nextStep: 'Close the connection; the peer does not attest as NN demands.',
    retryable: false,
    wireCode: 4000,
  }),
  PATTERNS_ATTESTATION_WRONG_IDENTITY: errorRow<{ expected: string; presented: string }>({
    summary: 'the identity {presented}… attests where {expected}… was expected',
    nextStep: 'Close the connection: this is another peer than the one that was dialled.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_ATTESTATION_UNVERIFIED: errorRow({
    summary: 'the attestation is not signed for this session by the identity it names',
    nextStep: 'Close the connection and treat the peer as a stranger; somebody may be in between.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_ATTESTATION_SWAPPED: errorRow({
    summary: 'the attestation covers the ephemeral keys in the wrong order',
    nextStep: "Close the connection; the signer's own ephemeral key comes first.",
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_ATTESTATION_REFLECTED: errorRow({
    summary: "the peer sent this side's own attestation or ephemeral key back",
    nextStep: 'Close the connection; the peer proves nothing.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_IDENTITY_MISMATCH: errorRow<{ claimed: string; presented: string }>({
    summary: 'the Noise key {presented}… does not belong to the identity {claimed}… it is used for',
    nextStep: 'Refuse what the peer asks for; it is not who it says it is.',
    retryable: false,
    wireCode: 5000,
  }),
  PATTERNS_IDENTITY_UNRESOLVED: errorRow<{ claimed: string }>({
    summary: 'the identity {claimed}… has published no Noise key that could be compared',
    nextStep: 'Confirm nothing; the peer has to publish its Noise key first.',
    retryable: true,
    wireCode: 5001,
  }),
  PATTERNS_LOOKUP_FAILED: errorRow({
    summary: 'the Noise keys of an identity could not be looked up',
    nextStep: 'See the cause and try again; until then the identity is unverified.',
    retryable: true,
    wireCode: 2000,
  }),
  PATTERNS_PATTERN_UNKNOWN: errorRow<{ name: string }>({
    summary: '"{name}" is no pattern',
    nextStep: 'Use one of IK, IK-raw, N, NN, XX.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_NO_PATTERN: errorRow<{ missing: string; remoteKey: string }>({
    summary: 'no pattern keeps this side unnamed here: what is missing is {missing}; its key is {remoteKey}',
    nextStep: 'Look the peer up and verify its record first, or connect under your name.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_NO_PATTERN_ALLOWED: errorRow<{ wanted: string; because: string; missing: string }>({
    summary: '{wanted} cannot be used ({because}), and nothing to fall back to gives {missing}',
    nextStep: 'Switch a pattern on that gives it, add one to the fallback, or demand less.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_POLICY_INVALID: errorRow<{ member: string; fault: SettingFault }>({
    summary: 'the settings of the pattern policy are refused at "{member}": {fault}',
    nextStep: 'Correct the settings; those before stay in force.',
    retryable: false,
  }),
  PATTERNS_WEAK_KEY: errorRow<{ key: 'local static' | 'remote static' | 'claimed static' }>({
    summary: 'the {key} key gives no secrecy: it is zero or of low order',
    nextStep: 'Drop the key; look the peer up again, or derive a new local key.',
    retryable: false,
    wireCode: 7000,
  }),
  PATTERNS_KEY_LENGTH: errorRow<{ what: string; expected: number; actual: number }>({
    summary: 'the {what} has {actual} bytes where {expected} are needed',
    nextStep: 'Pass the whole value; it is never padded or cut.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_CONTEXT_INVALID: errorRow({
    summary: 'the derivation context is not well-formed text',
    nextStep: 'Pass text without lone surrogates, or bytes.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_DESTROYED: errorRow({
    summary: 'the identity signer was already destroyed',
    nextStep: 'Create the signer again from its seed.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_FAILED: errorRow({
    summary: 'the identity signer did not sign',
    nextStep: 'See the cause, then start a new handshake.',
    retryable: true,
    wireCode: 1000,
  }),
  PATTERNS_SIGNER_WRONG: errorRow({
    summary: 'the identity signer answered with something that is no signature by its public key',
    nextStep: 'Check that the signer signs plain Ed25519 with the key it names.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_ALLOW_FAILED: errorRow({
    summary: 'the allowIdentity callback failed',
    nextStep: 'See the cause; the identity was not accepted.',
    retryable: true,
  }),
  PATTERNS_SUITE_REFUSED: errorRow<{ expected: string }>({
    summary: 'the suite is not {expected}',
    nextStep: 'Pass a backend of that suite, or leave the option out.',
    retryable: false,
  }),
  PATTERNS_PROLOGUE_INVALID: errorRow<{ maximum: number; actual: number }>({
    summary: 'the prologue has {actual} bytes where at most {maximum} are allowed',
    nextStep: 'Use a short, fixed label that both sides know.',
    retryable: false,
  }),
  PATTERNS_OUT_OF_TURN: errorRow<{ called: string; turn: string }>({
    summary: '{called} was called when the turn was {turn}',
    nextStep: 'Follow `turn`; this handshake has ended, start a new one.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_BUSY: errorRow<{ called: string }>({
    summary: '{called} was called while an earlier call was still running',
    nextStep: 'Await each call before the next; this handshake has ended, start a new one.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_HANDSHAKE_ENDED: errorRow<{ by: string }>({
    summary: 'the handshake has ended already, by {by}',
    nextStep: 'Start a new handshake.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_EXCHANGE_CALL: errorRow<{ wanted: string }>({
    summary: 'the handshake wants {wanted}',
    nextStep: 'Correct the call; the handshake goes on.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_PENDING_FULL: errorRow<{ maximum: number }>({
    summary: '{maximum} handshakes are waiting already',
    nextStep: 'Try again when some have ended or expired, limit new connections, or allow more.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_HANDLE_UNKNOWN: errorRow({
    summary: 'no handshake waits under this handle: it has ended, was cancelled, or has expired',
    nextStep: 'Start a new handshake.',
    retryable: false,
    wireCode: 99_999,
  }),
  PATTERNS_HANDLE_BUSY: errorRow({
    summary: 'a call is still running for this handle',
    nextStep: 'Await that call first; the handshake goes on.',
    retryable: true,
    wireCode: 3000,
  }),
  PATTERNS_SESSION_EXISTS: errorRow<{ id: string }>({
    summary: 'a live session has the id {id} already',
    nextStep: 'Destroy the new session: its first message was a recording, or it was added twice.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_SESSION_ENDED: errorRow<{ id: string }>({
    summary: 'the session {id} has ended and cannot be added',
    nextStep: 'Start a new handshake.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_SESSION_UNKNOWN: errorRow<{ id: string }>({
    summary: 'no live session has the id {id}',
    nextStep: 'Start a new handshake: the session has ended, was removed, or was idle for too long.',
    retryable: false,
    wireCode: 99_999,
  }),
  PATTERNS_SESSIONS_FULL: errorRow<{ maximum: number }>({
    summary: 'the registry holds {maximum} sessions and takes no more',
    nextStep: 'Destroy the new session; try again when others have ended.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_SESSIONS_FULL_FOR_PEER: errorRow<{ peer: string; maximum: number }>({
    summary: 'the peer {peer}… has {maximum} sessions and gets no more',
    nextStep: 'Destroy the new session; the peer has to end another one first.',
    retryable: true,
    wireCode: 6000,
  }),
  PATTERNS_TABLE_DESTROYED: errorRow<{ what: string }>({
    summary: '{what} were destroyed and take nothing more',
    nextStep: 'Create them anew, and destroy what could not be added.',
    retryable: false,
    wireCode: 3000,
  }),
  PATTERNS_FRAMES_TRUNCATED: errorRow<{ offset: number }>({
    summary: 'the framed stream ends within the frame at byte {offset}',
    nextStep: 'Pass the whole stream; nothing was decrypted, and the session goes on.',
    retryable: false,
    wireCode: 99_999,
  }),
  PATTERNS_FRAME_LENGTH: errorRow<{ offset: number; length: number }>({
    summary: 'the frame at byte {offset} claims {length} bytes of ciphertext',
    nextStep: 'Close the connection: this is no framed stream; nothing was decrypted.',
    retryable: false,
    wireCode: 99_999,
  }),
  PATTERNS_FRAMED_TOO_LONG: errorRow<{ maximum: number }>({
    summary: 'the framed stream has more than {maximum} bytes of plaintext',
    nextStep: 'Send less, or allow more with maximumBytes on both sides; the session goes on.',
    retryable: false,
    wireCode: 6000,
  }),
  PATTERNS_KEY_UNKNOWN: errorRow<{ keyId: string }>({
    summary: 'the key provider has no key called "{keyId}"',
    nextStep: 'Pass the id of a key it holds.',
    retryable: false,
    wireCode: 1000,
  }),
  PATTERNS_KEY_PROVIDER_FAILED: errorRow({
    summary: 'the key provider did not give the key',
    nextStep: 'See the cause and try again.',
    retryable: true,
    wireCode: 1000,
  }),
  PATTERNS_KEY_PROVIDER_DESTROYED: errorRow({
    summary: 'the key provider was already destroyed',
    nextStep: 'Create the provider again from its seeds.',
    retryable: false,
    wireCode: 1000,
  }),
} as const;

/** Thrown by everything in this package. */
export const PatternsError: CodedErrorClass<typeof PATTERNS_ERRORS> = defineErrors(
  'PatternsError',
  PATTERNS_ERRORS,
);
/** An error of this package: narrowing on `code` narrows `context`. */
export type PatternsError = CodedErrorOf<typeof PATTERNS_ERRORS>;
