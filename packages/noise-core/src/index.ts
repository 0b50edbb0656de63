export { CipherState } from './cipher-state.ts';
export {
  MAX_MESSAGE_BYTES,
  MAX_PLAINTEXT_BYTES,
  PSK_BYTES,
  REPLAY_WINDOW_MESSAGES,
  TAG_BYTES,
} from './constants.ts';
export { type Datagram, DatagramTransport } from './datagram-transport.ts';
export { NOISE_ERRORS, NoiseError } from './errors.ts';
export { createHandshake, type HandshakeOptions, type HandshakeSettings } from './handshake.ts';
export type { AnyKeys, HandshakeKeys, RemoteKey } from './handshake-keys.ts';
export type {
  AnyHandshake,
  Finished,
  Handshake,
  HandshakeView,
  ReadTurn,
  WriteTurn,
} from './handshake-turns.ts';
export { BASE_PATTERNS } from './patterns/catalogue.ts';
export {
  I1K,
  I1K1,
  I1N,
  I1X,
  I1X1,
  IK1,
  IX1,
  K1K,
  K1K1,
  K1N,
  K1X,
  K1X1,
  KK1,
  KX1,
  NK1,
  NX1,
  X1K,
  X1K1,
  X1N,
  X1X,
  X1X1,
  XK1,
  XX1,
} from './patterns/deferred.ts';
export {
  factsOf,
  type MessageFacts,
  messageOverhead,
  type PatternFacts,
  type RequiredKeys,
} from './patterns/facts.ts';
export { IK, IN, IX, KK, KN, KX, NK, NN, NX, XK, XN, XX } from './patterns/interactive.ts';
export { type FallbackPattern, fallback, type PskPattern, withPsk } from './patterns/modifiers.ts';
export { K, N, X } from './patterns/one-way.ts';
export type { DhToken, HandshakePattern, KeyToken, Role, Token } from './patterns/pattern.ts';
export {
  formatProtocolName,
  type ProtocolName,
  parseProtocolName,
  patternOf,
} from './patterns/protocol-name.ts';
export { assertValidPattern, findPatternProblem } from './patterns/validity.ts';
export { ReplayWindow } from './replay-window.ts';
export type { Cipher, DiffieHellman, Hash, KeyPair, PublicKey, Suite } from './suite.ts';
export {
  createTransport,
  type ReceiveCipherState,
  type ReceiveKeys,
  type ReceiveTransport,
  type SendCipherState,
  type SendKeys,
  type SendTransport,
  Transport,
  type TransportKeys,
  type TwoWayKeys,
} from './transport.ts';
