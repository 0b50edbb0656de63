import { equalBytes } from '@pubky-paykit/primitives';
import { NoiseError } from '../errors.ts';
import { createHandshake } from '../handshake.ts';
import type { AnyHandshake } from '../handshake-turns.ts';
import { BASE_PATTERNS } from '../patterns/catalogue.ts';
import { factsOf } from '../patterns/facts.ts';
import { type HandshakePattern, OTHER_ROLE, type Role, senderOf } from '../patterns/pattern.ts';
import { type ProtocolName, parseProtocolName, patternOf } from '../patterns/protocol-name.ts';
import type { Cipher, DiffieHellman, Hash, KeyPair, Suite } from '../suite.ts';
import { createTransport, type Transport } from '../transport.ts';
import { fixedEphemeralsForTestingOnly } from './fixed-ephemerals.ts';
import type { NoiseVector, VectorSide } from './vector-file.ts';

/** The functions vectors may ask for. */
export interface VectorParts {
  readonly dh: readonly DiffieHellman[];
  readonly cipher: readonly Cipher[];
  readonly hash: readonly Hash[];
}

/** How a vector went; `reason` says why it was skipped or what differed. */
export type VectorOutcome =
  | { readonly result: 'passed' }
  | { readonly result: 'failed' | 'skipped'; readonly reason: string };

interface Protocol {
  readonly name: ProtocolName;
  readonly pattern: HandshakePattern;
  readonly suite: Suite;
}

interface Peer {
  readonly side: VectorSide;
  handshake: AnyHandshake;
  transport: Transport | undefined;
}

class Mismatch extends Error {}

function expectEqual(actual: Uint8Array, expected: Uint8Array, what: string): void {
  if (!equalBytes(actual, expected)) throw new Mismatch(`${what} differs`);
}

function protocolOf(text: string, parts: VectorParts): Protocol {
  const name = parseProtocolName(text);
  const dh = parts.dh.find((part) => part.name === name.dh);
  const cipher = parts.cipher.find((part) => part.name === name.cipher);
  const hash = parts.hash.find((part) => part.name === name.hash);
  if (!dh || !cipher || !hash)
    throw new NoiseError('NOISE_NAME_INVALID', { reason: 'a function is not implemented' });
  return { name, pattern: patternOf(name, BASE_PATTERNS), suite: { dh, cipher, hash } };
}

function publicKeyOf(dh: DiffieHellman, secretKey: Uint8Array | undefined): Uint8Array | undefined {
  return secretKey === undefined ? undefined : dh.importKeyPair(secretKey).publicKey;
}

/** One side of a protocol with the vector's keys; `kept` are ephemerals carried over by a fallback. */
function begin(
  protocol: Protocol,
  role: Role,
  own: VectorSide,
  peer: VectorSide,
  kept: { readonly e?: KeyPair; readonly re?: Uint8Array | undefined } = {},
): AnyHandshake {
  const { dh } = protocol.suite;
  const needs = factsOf(protocol.pattern).keys[role];
  const ephemeral = own.ephemeral === undefined ? [] : [own.ephemeral];
  return createHandshake({
    pattern: protocol.pattern,
    suite: { ...protocol.suite, dh: fixedEphemeralsForTestingOnly(dh, ...ephemeral) },
    role,
    prologue: own.prologue,
    s: needs.s && own.static ? dh.importKeyPair(own.static) : undefined,
    rs: needs.rs ? (own.remoteStatic ?? publicKeyOf(dh, peer.static)) : undefined,
    e: needs.e ? (kept.e ?? (own.ephemeral && dh.importKeyPair(own.ephemeral))) : undefined,
    re: needs.re ? (kept.re ?? publicKeyOf(dh, peer.ephemeral)) : undefined,
    psks: own.psks,
  });
}

function send(peer: Peer, payload: Uint8Array): Uint8Array {
  if (peer.handshake.turn !== 'write') return transportOf(peer).encrypt(payload);
  const { message, next } = peer.handshake.write(payload);
  peer.handshake = next;
  return message;
}

function receive(peer: Peer, message: Uint8Array): Uint8Array {
  if (peer.handshake.turn !== 'read') return transportOf(peer).decrypt(message);
  const { payload, next } = peer.handshake.read(message);
  peer.handshake = next;
  return payload;
}

function transportOf(peer: Peer): Transport {
  if (peer.transport === undefined) {
    if (peer.handshake.turn !== 'done') throw new Mismatch('the handshake is not over');
    peer.transport = createTransport(peer.handshake.split());
  }
  return peer.transport;
}

/** Noise Pipes: the responder cannot read the first message, and both go on with its ephemeral. §10.4 */
function fallBack(
  vector: NoiseVector,
  peers: Record<Role, Peer>,
  message: Uint8Array,
  parts: VectorParts,
): void {
  const target = protocolOf(vector.fallbackName as string, parts);
  const { initiator, responder } = peers;
  try {
    receive(responder, message);
    throw new Mismatch('the responder could read the message it should fall back from');
  } catch (error) {
    if (error instanceof Mismatch) throw error;
  }
  if (initiator.handshake.turn !== 'read') throw new Mismatch('the initiator does not wait for an answer');
  const e = initiator.handshake.releaseEphemeral();
  const re = message.slice(0, target.suite.dh.publicKeyBytes);
  initiator.handshake = begin(target, 'responder', initiator.side, responder.side, { e });
  responder.handshake = begin(target, 'initiator', responder.side, initiator.side, { re });
}

function run(vector: NoiseVector, protocol: Protocol, parts: VectorParts): void {
  if (vector.messages.length === 0) throw new Mismatch('there are no messages');
  const peers: Record<Role, Peer> = {
    initiator: {
      side: vector.initiator,
      handshake: begin(protocol, 'initiator', vector.initiator, vector.responder),
      transport: undefined,
    },
    responder: {
      side: vector.responder,
      handshake: begin(protocol, 'responder', vector.responder, vector.initiator),
      transport: undefined,
    },
  };
  const { oneWay } = factsOf(protocol.pattern);
  for (const [index, { payload, ciphertext }] of vector.messages.entries()) {
    const sender = oneWay ? 'initiator' : senderOf(index);
    const receiver = peers[OTHER_ROLE[sender]];
    if (vector.fails && index === vector.messages.length - 1) {
      expectRefusal(receiver, ciphertext);
      return;
    }
    const message = send(peers[sender], payload);
    expectEqual(message, ciphertext, `message ${index + 1}`);
    if (index === 0 && vector.fallbackName !== undefined) {
      fallBack(vector, peers, message, parts);
      continue;
    }
    expectEqual(receive(receiver, message), payload, `payload ${index + 1}`);
  }
  for (const { handshake } of [peers.initiator, peers.responder]) {
    if (handshake.turn !== 'done') throw new Mismatch('the messages end before the handshake');
    if (vector.handshakeHash === undefined) continue;
    expectEqual(handshake.handshakeHash, vector.handshakeHash, 'the handshake hash');
  }
}

/** What a reader may say of a message that a vector calls bad. */
const REFUSALS: ReadonlySet<unknown> = new Set([
  'NOISE_DECRYPT_FAILED',
  'NOISE_WEAK_KEY',
  'NOISE_MESSAGE_TOO_SHORT',
  'NOISE_MESSAGE_TOO_LONG',
]);

/** The last message of a vector that fails: the sender would not make it, so its bytes come from the file. */
function expectRefusal(receiver: Peer, ciphertext: Uint8Array): void {
  try {
    receive(receiver, ciphertext);
  } catch (error) {
    if (error instanceof NoiseError && REFUSALS.has(error.code)) return;
    throw error;
  }
  throw new Mismatch('the last message was not refused');
}

/** Codes that mean "not implemented here" when a protocol is looked up. */
const NOT_IMPLEMENTED: ReadonlySet<unknown> = new Set(['NOISE_NAME_INVALID', 'NOISE_PATTERN_INVALID']);

/**
 * Plays one vector on both sides and compares every byte. A vector is skipped only if it asks for a function or a
 * pattern that is not implemented.
 */
export function runVector(vector: NoiseVector, parts: VectorParts): VectorOutcome {
  if (vector.obsolete !== undefined)
    return { result: 'skipped', reason: `${vector.obsolete} is not in revision 34` };
  let protocol: Protocol;
  try {
    protocol = protocolOf(vector.protocolName, parts);
    if (vector.fallbackName !== undefined) protocolOf(vector.fallbackName, parts);
  } catch (error) {
    if (!(error instanceof NoiseError) || !NOT_IMPLEMENTED.has(error.code)) throw error;
    return { result: 'skipped', reason: error.message };
  }
  try {
    run(vector, protocol, parts);
  } catch (error) {
    return { result: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
  return { result: 'passed' };
}
