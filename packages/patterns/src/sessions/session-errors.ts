import { errorRow } from '@pubky-paykit/primitives';

/** What tables of sessions and framed messages refuse. */
export const SESSION_ERRORS = {
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
} as const;
