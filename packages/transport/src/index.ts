export type { ByteStream } from './byte-stream.ts';
export {
  MAX_HANDSHAKE_FRAME_BYTES,
  MAX_PLAINTEXT_BYTES,
  MAX_TRANSPORT_FRAME_BYTES,
} from './constants.ts';
export { TRANSPORT_ERRORS, TransportError } from './errors.ts';
export type { ChooseHandshake } from './handshake-runner.ts';
export { type ChannelLimits, DEFAULT_CHANNEL_LIMITS, type SomeChannelLimits } from './limits.ts';
export { type MemoryStreamOptions, memoryStreamPair } from './memory-stream.ts';
export {
  type AcceptChannelOptions,
  acceptChannel,
  type ChannelOptions,
  type OpenChannelOptions,
  openChannel,
} from './open-channel.ts';
export type {
  AnyChannel,
  ChannelBasics,
  ChannelOf,
  ReceiveChannel,
  ReceiveOptions,
  SecureChannel,
  SendChannel,
  SendOptions,
} from './secure-channel.ts';
