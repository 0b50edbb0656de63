import { errorRow } from '@pubky-paykit/primitives';

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

/** Which of the checks on a peer's identity failed. */
export type IdentityCheck = 'noise-key' | 'role' | 'signature';

/** What an identity, its proof or its keys are refused for. */
export const IDENTITY_ERRORS = {
  PATTERNS_PAYLOAD_INVALID: errorRow<{ fault: PayloadFault; offset: number }>({
    summary: 'the identity payload is refused at character {offset}: {fault}',
    nextStep: 'Close the connection; the peer does not speak IK with an identity.',
    retryable: false,
    wireCode: 4000,
  }),
  PATTERNS_IDENTITY_UNVERIFIED: errorRow<{ check: IdentityCheck }>({
    summary: 'the peer did not prove the identity it claims: {check}',
    nextStep: 'Close the connection and treat the peer as a stranger.',
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
