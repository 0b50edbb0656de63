import {
  CLOSE_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_HANDSHAKE_FRAME_BYTES,
  MAX_TIMER_MS,
  MAX_TRANSPORT_FRAME_BYTES,
  MESSAGE_TIMEOUT_MS,
  TAG_BYTES,
} from './constants.ts';

/** Smallest and largest body of a frame in bytes, both inclusive. */
export interface FrameBounds {
  readonly minimum: number;
  readonly maximum: number;
}

/** No Noise message is empty. */
export const HANDSHAKE_FRAME: FrameBounds = { minimum: 1, maximum: MAX_HANDSHAKE_FRAME_BYTES };

/** A transport message has at least its tag. */
export const TRANSPORT_FRAME: FrameBounds = { minimum: TAG_BYTES, maximum: MAX_TRANSPORT_FRAME_BYTES };

/** The waits of one channel, in milliseconds; `Infinity` switches one off. */
export interface ChannelLimits {
  /** For the whole handshake, from the first octet on. */
  readonly handshakeTimeoutMs: number;
  /** For sending one message, for the first message of a peer that is not confirmed yet, and the default of `receive`. */
  readonly messageTimeoutMs: number;
  /**
   * Without a whole frame either way for this long, the channel fails with TRANSPORT_IDLE. While the peer is unconfirmed,
   * in pattern N therefore for good, `messageTimeoutMs` applies if it is shorter.
   */
  readonly idleTimeoutMs: number;
  /** For flushing at `close`; the stream is cut after it. */
  readonly closeTimeoutMs: number;
}

/** Some of the limits; one that is `undefined` counts as not given. */
export type SomeChannelLimits = { readonly [Name in keyof ChannelLimits]?: ChannelLimits[Name] | undefined };

/** What applies where a caller says nothing. @see P8 §13.3 */
export const DEFAULT_CHANNEL_LIMITS: ChannelLimits = Object.freeze({
  handshakeTimeoutMs: HANDSHAKE_TIMEOUT_MS,
  messageTimeoutMs: MESSAGE_TIMEOUT_MS,
  idleTimeoutMs: IDLE_TIMEOUT_MS,
  closeTimeoutMs: CLOSE_TIMEOUT_MS,
});

/** Fills in the defaults. @throws RangeError for a time that no timer can express. */
export function channelLimits(given: SomeChannelLimits = {}): ChannelLimits {
  const limits: Record<string, number> = { ...DEFAULT_CHANNEL_LIMITS };
  for (const [name, value] of Object.entries(given)) {
    // A limit that is passed on as `undefined` is one that was not given.
    if (value !== undefined) limits[name] = checkTimeout(name, value);
  }
  return { ...DEFAULT_CHANNEL_LIMITS, ...limits };
}

/** @throws RangeError unless `value` is `Infinity` or positive milliseconds that a timer can express. */
export function checkTimeout(name: string, value: number): number {
  if (value === Number.POSITIVE_INFINITY || (value > 0 && value <= MAX_TIMER_MS)) return value;
  throw new RangeError(`${name} must be from 1 to ${MAX_TIMER_MS} ms, or Infinity`);
}
