import { frame, header, type RawWire } from './raw-wire.mjs';
import { honestClaim, independent, octetOf } from './wire-handshakes.ts';
import { PATTERNS } from './wire-parties.ts';
import { describeRefusals, type Refusal } from './wire-refusals.ts';

/** What may be wrong before any message is whole. */
const FRAMES: readonly Refusal[] = PATTERNS.flatMap((pattern): Refusal[] => [
  ...[4097, 65_536].map((length) => ({
    pattern,
    title: `a handshake frame of ${length} bytes, on its header (P8 §2.3)`,
    code: 'TRANSPORT_FRAME_TOO_LONG',
    wireCode: 3000,
    talk: (wire: RawWire) => wire.write(octetOf(pattern), header(length)),
  })),
  {
    pattern,
    title: 'a handshake frame of no bytes',
    code: 'TRANSPORT_FRAME_TOO_SHORT',
    wireCode: 3000,
    talk: (wire) => wire.write(octetOf(pattern), header(0)),
  },
  ...[octetOf(pattern), header(96).subarray(0, 2), header(96), frame(new Uint8Array(96)).subarray(0, -1)].map(
    (bytes, index): Refusal => ({
      pattern,
      title: `a connection that ends ${['after its byte', 'in a header', 'after a header', 'in a body'][index]} [F3]`,
      code: index === 0 ? 'TRANSPORT_HANDSHAKE_CUT' : 'TRANSPORT_TRUNCATED',
      wireCode: 8000,
      talk(wire) {
        wire.write(...(index === 0 ? [bytes] : [octetOf(pattern), bytes]));
        wire.end();
      },
    }),
  ),
  ...[...PATTERNS.filter((other) => other !== pattern).map(octetOf), Uint8Array.of(0xff)].map((octet) => ({
    pattern,
    title: `the negotiation byte ${octet}, on that byte (P8 W-59)`,
    code: 'TRANSPORT_PATTERN_REFUSED',
    wireCode: null,
    talk: (wire: RawWire) => wire.write(octet),
  })),
]);

const LEGACY: Refusal = {
  pattern: 'ik',
  title: 'a legacy initiator, whose shifted length is too long (P8 §3.2)',
  code: 'TRANSPORT_FRAME_TOO_LONG',
  wireCode: 3000,
  talk: (wire) => wire.write(frame(independent('ik', 'initiator').write(honestClaim()))),
};

describeRefusals('responder', [...FRAMES, LEGACY]);
