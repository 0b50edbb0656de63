import { wipe } from '@pubky-paykit/primitives';
import { MAX_MESSAGE_BYTES } from './constants.ts';
import { assertLength } from './input.ts';
import { messageOverhead } from './patterns/facts.ts';
import { senderOf } from './patterns/pattern.ts';
import { type HandshakeContext, READ_STEPS, WRITE_STEPS } from './tokens.ts';
import type { TransportKeys } from './transport.ts';

/** A handshake in progress: what the steps work on, and how far it is. */
export interface HandshakeProgress extends HandshakeContext {
  /** Messages done; one more once it was split. */
  step: number;
  destroyed: boolean;
}

/** Whose turn it is, seen from this side. */
export function turnOf({ pattern, role, step }: HandshakeProgress): 'write' | 'read' | 'done' {
  if (step >= pattern.messages.length) return 'done';
  return senderOf(step) === role ? 'write' : 'read';
}

/** How many bytes longer than its payload the next message is. */
export function overheadOf({ facts, step, suite }: HandshakeProgress): number {
  const message = facts.messages[step];
  return message === undefined ? 0 : messageOverhead(message, suite.dh.publicKeyBytes);
}

/** Runs the tokens of the next message and its payload. §5.3 WriteMessage */
export function writeMessage(progress: HandshakeProgress, payload: Uint8Array): Uint8Array {
  const overhead = overheadOf(progress);
  assertLength(payload, 0, MAX_MESSAGE_BYTES - overhead, 'the payload');
  const message = new Uint8Array(overhead + payload.length);
  let offset = 0;
  const put = (bytes: Uint8Array): void => {
    message.set(bytes, offset);
    offset += bytes.length;
  };
  for (const token of progress.pattern.messages[progress.step] ?? []) WRITE_STEPS[token](progress, put);
  put(progress.symmetric.encryptAndHash(payload));
  progress.step += 1;
  return message;
}

/** Runs the tokens of a received message and returns its payload. §5.3 ReadMessage */
export function readMessage(progress: HandshakeProgress, message: Uint8Array): Uint8Array {
  // Lengths follow from the table, so nothing is touched before they are right.
  assertLength(message, overheadOf(progress), MAX_MESSAGE_BYTES, 'the message');
  let offset = 0;
  const take = (bytes: number): Uint8Array => {
    offset += bytes;
    return message.subarray(offset - bytes, offset);
  };
  for (const token of progress.pattern.messages[progress.step] ?? []) READ_STEPS[token](progress, take);
  const rest = message.subarray(offset);
  const payload = progress.symmetric.decryptAndHash(rest);
  progress.step += 1;
  return payload === rest ? new Uint8Array(payload) : payload;
}

/** The transport keys of a complete handshake, whose state is wiped. §5.3 */
export function splitHandshake(progress: HandshakeProgress): TransportKeys {
  const { symmetric, facts, role } = progress;
  const [first, second] = symmetric.split();
  if (facts.oneWay) second.destroy();
  const back = facts.oneWay ? undefined : second;
  progress.step += 1;
  destroyHandshake(progress);
  return role === 'initiator' ? { send: first, receive: back } : { send: back, receive: first };
}

/** Wipes everything the handshake owns. The static key pair is its owner's. */
export function destroyHandshake(progress: HandshakeProgress): void {
  progress.destroyed = true;
  progress.symmetric.destroy();
  progress.e?.destroy();
  wipe(...progress.psks);
  progress.psks.length = 0;
}
