import type { AnySession, ProfileHandshake } from '@pubky-paykit/patterns';
import type { ByteStream } from './byte-stream.ts';
import { MAX_HANDSHAKE_FRAME_BYTES } from './constants.ts';
import type { Deadline } from './deadline.ts';
import { TransportError } from './errors.ts';
import type { FrameReader } from './framing/frame-reader.ts';
import { writeFrame } from './framing/frame-writer.ts';
import { HANDSHAKE_FRAME } from './limits.ts';

/** Where the messages of a handshake go. */
export interface HandshakeWire {
  readonly stream: ByteStream;
  readonly reader: FrameReader;
  readonly deadline: Deadline;
}

/** Picks the handshake for the byte the initiator sent, or `undefined` to refuse it. */
export type ChooseHandshake<Yields extends AnySession = AnySession> = (
  patternByte: number,
) => ProfileHandshake<Yields> | undefined | Promise<ProfileHandshake<Yields> | undefined>;

/**
 * Reads the negotiation byte and asks for the handshake that goes with it, so that a pattern which is not offered is
 * refused before any cryptography (W-59).
 *
 * @param impliedByte Taken instead, if there is one: nothing is read.
 * @throws TRANSPORT_HANDSHAKE_CUT, TRANSPORT_PATTERN_REFUSED, and what `choose` throws.
 */
export async function readChoice<Yields extends AnySession>(
  choose: ChooseHandshake<Yields>,
  { reader, deadline }: HandshakeWire,
  impliedByte: number | undefined,
): Promise<ProfileHandshake<Yields>> {
  const octet = impliedByte ?? (await reader.octet(deadline));
  if (octet === undefined) throw new TransportError('TRANSPORT_HANDSHAKE_CUT', { messages: 0 });
  const choosing = Promise.resolve(choose(octet));
  try {
    const handshake = await deadline.race(choosing);
    if (handshake === undefined) throw new TransportError('TRANSPORT_PATTERN_REFUSED', { octet });
    return handshake;
  } catch (error) {
    // A choice that comes too late must not leave its keys behind.
    choosing.then(
      (late) => late?.destroy(),
      () => {},
    );
    throw error;
  }
}

/**
 * Moves the messages of a handshake over frames until it is done. On any failure the handshake is destroyed and
 * nothing more is written.
 *
 * @param handshake Taken: used up or destroyed in every case.
 * @param patternByte The negotiation byte that goes before the first message, or `undefined` for none.
 */
export async function runHandshake<Yields extends AnySession>(
  handshake: ProfileHandshake<Yields>,
  { stream, reader, deadline }: HandshakeWire,
  patternByte: number | undefined,
): Promise<Yields> {
  let messages = 0;
  const steps = {
    write: async () => {
      const message = await deadline.race(handshake.write());
      if (message.length > MAX_HANDSHAKE_FRAME_BYTES) {
        throw new TransportError('TRANSPORT_MESSAGE_TOO_LONG', {
          length: message.length,
          maximum: MAX_HANDSHAKE_FRAME_BYTES,
        });
      }
      await writeFrame(stream, message, deadline, { octet: messages === 0 ? patternByte : undefined });
    },
    read: async () => {
      const frame = await reader.frame(HANDSHAKE_FRAME, deadline);
      if (frame === undefined) throw new TransportError('TRANSPORT_HANDSHAKE_CUT', { messages });
      await deadline.race(handshake.read(frame));
    },
  };
  try {
    for (;;) {
      const { turn } = handshake;
      if (turn === 'done') return handshake.finish();
      await steps[turn]();
      messages += 1;
    }
  } catch (error) {
    handshake.destroy();
    throw error;
  }
}
