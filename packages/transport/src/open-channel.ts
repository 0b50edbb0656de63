import type { AnySession, ProfileHandshake, Session } from '@pubky-paykit/patterns';
import type { CancelSignal } from '@pubky-paykit/primitives';
import { type Clock, systemClock } from '@pubky-paykit/primitives';
import type { ByteStream } from './byte-stream.ts';
import { Deadline } from './deadline.ts';
import { FrameReader } from './framing/frame-reader.ts';
import { type ChooseHandshake, type HandshakeWire, readChoice, runHandshake } from './handshake-runner.ts';
import { channelLimits, type SomeChannelLimits } from './limits.ts';
import { surfaceOf } from './one-way-channel.ts';
import { type ChannelOf, FramedChannel } from './secure-channel.ts';

/** What both roles may set. */
export interface ChannelOptions {
  readonly limits?: SomeChannelLimits | undefined;
  readonly clock?: Clock | undefined;
  /** Cancels the handshake; the finished channel takes a signal with each call instead. */
  readonly signal?: CancelSignal | undefined;
}

/** What only {@link openChannel} may set. */
export interface OpenChannelOptions extends ChannelOptions {
  /** 0 to 255: the negotiation byte to send first. Only for a handshake that writes first; none means legacy IK. */
  readonly patternByte?: number | undefined;
}

/** What only {@link acceptChannel} may set. */
export interface AcceptChannelOptions extends ChannelOptions {
  /** 0 to 255: what `choose` is asked for where peers send no negotiation byte, in the legacy form. None is read then. */
  readonly impliedByte?: number | undefined;
}

/**
 * Runs a handshake that is already chosen, of either role, and returns the channel. With `patternByte` the initiator
 * sends that octet together with its first message; without, both sides speak the legacy form.
 *
 * On any failure the handshake is destroyed, the stream is aborted, and nothing but that reaches the peer.
 *
 * @param stream Taken: closed with the channel.
 * @param handshake Taken: used up or destroyed.
 * @throws TRANSPORT_TIMED_OUT, TRANSPORT_ABORTED, TRANSPORT_HANDSHAKE_CUT, TRANSPORT_TRUNCATED,
 * TRANSPORT_FRAME_TOO_LONG, TRANSPORT_FRAME_TOO_SHORT, TRANSPORT_CONNECTION_LOST, and what the handshake throws.
 * @see P8 §2.3, §3.2
 */
export function openChannel<Yields extends AnySession>(
  stream: ByteStream,
  handshake: ProfileHandshake<Yields>,
  options: OpenChannelOptions = {},
): Promise<ChannelOf<Yields>> {
  const { patternByte } = options;
  return establish(stream, options, (wire) => {
    if (patternByte !== undefined) checkPatternByte(patternByte, handshake);
    return runHandshake(handshake, wire, patternByte);
  }).catch((error: unknown) => {
    // It is taken even where it was never begun; after an end of its own this does nothing.
    handshake.destroy();
    throw error;
  });
}

/**
 * Reads the negotiation byte, asks `choose` for the handshake that goes with it, runs that and returns the channel.
 * Where `choose` returns `undefined`, the peer is refused on the byte (W-59).
 *
 * @param stream Taken: closed with the channel.
 * @param choose Gets 0 to 255; the handshake it returns is taken. It may take its time, such as to read the keys of now:
 *   the time-out of the handshake and the signal hold for it, too.
 * @throws TRANSPORT_PATTERN_REFUSED, what `choose` throws, and what {@link openChannel} throws.
 * @see P8 §3.2
 */
export function acceptChannel<Yields extends AnySession>(
  stream: ByteStream,
  choose: ChooseHandshake<Yields>,
  options: AcceptChannelOptions = {},
): Promise<ChannelOf<Yields>> {
  const { impliedByte } = options;
  return establish(stream, options, async (wire) =>
    runHandshake(await readChoice(choose, wire, impliedByte), wire, undefined),
  );
}

async function establish<Yields extends AnySession>(
  stream: ByteStream,
  options: ChannelOptions,
  handshake: (wire: HandshakeWire) => Promise<Yields>,
): Promise<ChannelOf<Yields>> {
  const { clock = systemClock, signal } = options;
  let deadline: Deadline | undefined;
  try {
    const limits = channelLimits(options.limits);
    const reader = new FrameReader(stream);
    deadline = new Deadline({ clock, what: 'the handshake', afterMs: limits.handshakeTimeoutMs, signal });
    const session = await handshake({ stream, reader, deadline });
    // At run time every session has both methods; which of them are shown is for the surface to say.
    const both = session as AnySession as Session;
    return surfaceOf(
      new FramedChannel({ stream, reader, session: both, clock, limits }),
    ) as unknown as ChannelOf<Yields>;
  } catch (error) {
    stream.abort();
    throw error;
  } finally {
    deadline?.end();
  }
}

function checkPatternByte(patternByte: number, { turn }: ProfileHandshake<AnySession>): void {
  if (turn !== 'write') throw new TypeError('patternByte goes with a handshake that writes first');
  if (!Number.isInteger(patternByte) || patternByte < 0 || patternByte > 0xff) {
    throw new RangeError('patternByte must be an integer from 0 to 255');
  }
}
