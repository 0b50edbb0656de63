import { ByteWriter } from '@pubky-paykit/primitives';
import type { ByteStream } from '../byte-stream.ts';
import { FRAME_HEADER_BYTES } from '../constants.ts';
import type { Deadline } from '../deadline.ts';
import { connectionLost } from '../errors.ts';

/** What may stand before the first frame: the negotiation byte. */
export interface FramePrefix {
  readonly octet: number | undefined;
}

/**
 * Writes `u32be(length) || body` in one piece (W-60), with the octet before it in the same piece if there is one.
 * The body is borrowed.
 *
 * @throws TRANSPORT_CONNECTION_LOST and the failure of the deadline; the stream is useless after either.
 */
export async function writeFrame(
  stream: ByteStream,
  body: Uint8Array,
  deadline: Deadline,
  { octet }: FramePrefix = { octet: undefined },
): Promise<void> {
  const writer = new ByteWriter((octet === undefined ? 0 : 1) + FRAME_HEADER_BYTES + body.length);
  if (octet !== undefined) writer.uint8(octet);
  const piece = writer.uint32(body.length).bytes(body).finish();
  deadline.check();
  await deadline.race(
    stream.write(piece).catch((error: unknown) => {
      throw connectionLost(error);
    }),
  );
}
