import * as noble from '../src/backends/noble/index.ts';
import * as node from '../src/backends/node/index.ts';
import {
  type AnyHandshake,
  type AnyKeys,
  createHandshake,
  createTransport,
  type Finished,
  factsOf,
  type HandshakePattern,
  type Role,
  type Suite,
  type Transport,
  type TransportKeys,
} from '../src/index.ts';

/** Everything a backend module exports. */
export type Backend = typeof node;

export const BACKENDS: readonly (readonly [name: string, backend: Backend])[] = [
  ['node', node],
  ['noble', noble],
];

/** The suite of pubky-noise 0.8 on the quick backend. */
export const SUITE: Suite = { dh: node.x25519, cipher: node.chachaPoly, hash: node.blake2s };

/** The functions of a backend as the vector runner wants them. */
export function vectorParts(backend: Backend) {
  return {
    dh: [backend.x25519, backend.x448],
    cipher: [backend.chachaPoly, backend.aesGcm],
    hash: [backend.sha256, backend.sha512, backend.blake2s, backend.blake2b],
  };
}

/** `length` bytes that depend on `seed` and look unlike each other. */
export function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (seed * 97 + index * 31 + 1) & 0xff);
}

/** Fresh keys of both sides, as the pattern asks for them. */
export function keysFor(pattern: HandshakePattern, dhs: Record<Role, Suite['dh']>): Record<Role, AnyKeys> {
  const facts = factsOf(pattern);
  const own = (role: Role) => ({
    s: facts.keys[role].s ? dhs[role].generateKeyPair() : undefined,
    e: facts.keys[role].e ? dhs[role].generateKeyPair() : undefined,
  });
  const initiator = own('initiator');
  const responder = own('responder');
  const remote = (role: Role, peer: typeof initiator): AnyKeys => ({
    rs: facts.keys[role].rs ? peer.s?.publicKey : undefined,
    re: facts.keys[role].re ? peer.e?.publicKey : undefined,
    psks: Array.from({ length: facts.psks }, (_, index) => bytesOf(32, index)),
  });
  return {
    initiator: { ...initiator, ...remote('initiator', responder) },
    responder: { ...responder, ...remote('responder', initiator) },
  };
}

export type Parties = Record<Role, AnyHandshake>;

export interface PartyOptions {
  readonly suites?: Partial<Record<Role, Suite>>;
  readonly prologues?: Partial<Record<Role, Uint8Array>>;
  readonly keys?: Record<Role, AnyKeys>;
}

/** Both sides of a handshake that is about to begin. */
export function meet(pattern: HandshakePattern, options: PartyOptions = {}): Parties {
  const suites = { initiator: SUITE, responder: SUITE, ...options.suites };
  const keys =
    options.keys ?? keysFor(pattern, { initiator: suites.initiator.dh, responder: suites.responder.dh });
  const start = (role: Role): AnyHandshake =>
    createHandshake({
      pattern,
      suite: suites[role],
      role,
      prologue: options.prologues?.[role],
      ...keys[role],
    });
  return { initiator: start('initiator'), responder: start('responder') };
}

/** What went over the line. */
export interface Exchange {
  readonly sender: Role;
  readonly overhead: number;
  readonly payload: Uint8Array;
  readonly message: Uint8Array;
  readonly received: Uint8Array;
}

/** Lets whoever has the turn send, and the other read. */
export function exchange(parties: Parties, payload: Uint8Array): Exchange {
  const sender: Role = parties.initiator.turn === 'write' ? 'initiator' : 'responder';
  const reader: Role = sender === 'initiator' ? 'responder' : 'initiator';
  const from = parties[sender];
  const to = parties[reader];
  if (from.turn !== 'write' || to.turn !== 'read') throw new Error('nobody has the turn');
  const { overhead } = from;
  const { message, next } = from.write(payload);
  const read = to.read(message);
  parties[sender] = next;
  parties[reader] = read.next;
  return { sender, overhead, payload, message, received: read.payload };
}

/** Runs all messages of a pattern; payloads are taken in turn, the last one again when they run out. */
export function complete(parties: Parties, ...payloads: readonly Uint8Array[]): readonly Exchange[] {
  const exchanges: Exchange[] = [];
  while (parties.initiator.turn !== 'done' || parties.responder.turn !== 'done') {
    exchanges.push(exchange(parties, payloads[exchanges.length] ?? payloads.at(-1) ?? new Uint8Array(0)));
  }
  return exchanges;
}

/** The end of a handshake that is known to be over. */
export function finished(handshake: AnyHandshake): Finished<TransportKeys> {
  if (handshake.turn !== 'done') throw new Error('the handshake is not over');
  return handshake;
}

/** Both transports of a pattern, after a whole handshake. */
export function connect(pattern: HandshakePattern, options: PartyOptions = {}): Record<Role, Transport> {
  const parties = meet(pattern, options);
  complete(parties);
  return {
    initiator: createTransport(finished(parties.initiator).split()),
    responder: createTransport(finished(parties.responder).split()),
  };
}
