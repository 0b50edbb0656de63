import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { claim, respond, utf8 } from './independent-ik.mjs';
import { frame, header, type RawWire } from './raw-wire.mjs';
import {
  ACK,
  ATTACKER,
  againstInitiator,
  againstResponder,
  EPHEMERAL,
  IK_BYTE,
  initiator,
  PAYEE,
  PAYER,
  receiptText,
  requestText,
  sha256,
  TERMS,
  VECTOR,
} from './wire-peers.ts';

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** N8 §3.1: 1, and a point of order 8. */
const LOW_ORDER = {
  one: fromHex(`01${'00'.repeat(31)}`),
  eight: fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
};
/** A whole handshake as initiator, over the wire. */
async function openSession(wire: RawWire) {
  const { message, finish } = initiator();
  wire.write(IK_BYTE, frame(message));
  return finish(await wire.frame());
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((octet, index) => (index === bytes.length + at ? octet ^ 1 : octet));
}

interface Refusal {
  readonly title: string;
  readonly code: string;
  readonly wireCode: number | null;
  talk(wire: RawWire): Promise<void> | void;
}

/** First messages that a responder must not answer with a single byte. */
function refusedClaim(title: string, code: string, wireCode: number, message: () => Uint8Array): Refusal {
  return { title, code, wireCode, talk: (wire) => wire.write(IK_BYTE, frame(message())) };
}

const HANDSHAKE_REFUSALS: readonly Refusal[] = [
  refusedClaim('a wrong signature', 'PATTERNS_IDENTITY_UNVERIFIED', 5000, () => {
    const { sig, ...rest } = claim(PAYER, PAYEE.publicKey);
    return initiator({
      payload: utf8(JSON.stringify({ ...rest, sig: [...flipped(Uint8Array.from(sig), -1)] })),
    }).message;
  }),
  refusedClaim(
    'the claim of a victim under a static key of the attacker (N8 A.8, W-01; P8 W-04)',
    'PATTERNS_IDENTITY_UNVERIFIED',
    5000,
    () => {
      const { message } = initiator({ own: ATTACKER });
      expect(sha256(message)).toBe(VECTOR.impersonation);
      return message;
    },
  ),
  refusedClaim('the role Server (N8 W-13)', 'PATTERNS_IDENTITY_UNVERIFIED', 5000, () => {
    const server = { ...claim(PAYER, PAYEE.publicKey), role: 'Server' };
    return initiator({ payload: utf8(JSON.stringify(server)) }).message;
  }),
  refusedClaim('the empty payload of IK-raw (N8 §1.9)', 'PATTERNS_PAYLOAD_INVALID', 4000, () => {
    const { message } = initiator({ payload: new Uint8Array(0) });
    expect(message).toHaveLength(96);
    return message;
  }),
  refusedClaim('a member given twice', 'PATTERNS_PAYLOAD_INVALID', 4000, () => {
    const text = JSON.stringify(claim(PAYER, PAYEE.publicKey)).replace('{', '{"role":"Client",');
    return initiator({ payload: utf8(text) }).message;
  }),
  refusedClaim('an ephemeral key of low order (N8 W-02, W-03) [S4.1]', 'NOISE_WEAK_KEY', 7000, () => {
    return initiator({ weakEphemeral: LOW_ORDER.one }).message;
  }),
  refusedClaim('a static key of low order (N8 W-02) [S4.1]', 'NOISE_WEAK_KEY', 7000, () => {
    const payload = utf8(JSON.stringify(claim(PAYER, PAYEE.publicKey, LOW_ORDER.eight)));
    return initiator({ weakStatic: LOW_ORDER.eight, payload }).message;
  }),
  refusedClaim('a first message with a wrong tag [F3]', 'NOISE_DECRYPT_FAILED', 3000, () =>
    flipped(initiator().message, -1),
  ),
  ...[4097, 65_536].map(
    (length): Refusal => ({
      title: `a handshake frame of ${length} bytes, on its header (P8 §2.3)`,
      code: 'TRANSPORT_FRAME_TOO_LONG',
      wireCode: 3000,
      talk: (wire) => wire.write(IK_BYTE, header(length)),
    }),
  ),
  {
    title: 'a handshake frame of no bytes',
    code: 'TRANSPORT_FRAME_TOO_SHORT',
    wireCode: 3000,
    talk: (wire) => wire.write(IK_BYTE, header(0)),
  },
  {
    title: 'a handshake frame that ends in its header',
    code: 'TRANSPORT_TRUNCATED',
    wireCode: 8000,
    talk(wire) {
      wire.write(IK_BYTE, header(670).subarray(0, 2));
      wire.end();
    },
  },
  {
    title: 'a handshake frame that ends in its body',
    code: 'TRANSPORT_TRUNCATED',
    wireCode: 8000,
    talk(wire) {
      wire.write(IK_BYTE, frame(initiator().message).subarray(0, -1));
      wire.end();
    },
  },
  ...[
    { name: 'of XX', octet: 4 },
    { name: 'of no pattern', octet: 0xff },
  ].map(
    ({ name, octet }): Refusal => ({
      title: `the negotiation byte ${name}, on that byte (P8 W-59)`,
      code: 'TRANSPORT_PATTERN_REFUSED',
      wireCode: null,
      talk: (wire) => wire.write(Uint8Array.of(octet)),
    }),
  ),
  {
    title: 'a legacy initiator, whose shifted length is too long (P8 §3.2)',
    code: 'TRANSPORT_FRAME_TOO_LONG',
    wireCode: 3000,
    talk: (wire) => wire.write(frame(initiator().message)),
  },
];

const SESSION_REFUSALS: readonly Refusal[] = [
  {
    title: 'a message with a wrong tag [F3]',
    code: 'NOISE_DECRYPT_FAILED',
    wireCode: 3000,
    async talk(wire) {
      const { send } = await openSession(wire);
      wire.write(frame(flipped(send.encrypt(ACK), -1)));
    },
  },
  {
    title: 'a message of 65 536 bytes, on its header (P8 W-22)',
    code: 'TRANSPORT_FRAME_TOO_LONG',
    wireCode: 3000,
    async talk(wire) {
      await openSession(wire);
      wire.write(header(65_536));
    },
  },
  {
    title: 'a message that ends in its body',
    code: 'TRANSPORT_TRUNCATED',
    wireCode: 8000,
    async talk(wire) {
      const { send } = await openSession(wire);
      wire.write(frame(send.encrypt(ACK)).subarray(0, -1));
      wire.end();
    },
  },
  {
    title: 'a recorded connection that is played again (P8 W-15, N8 W-28)',
    code: 'NOISE_DECRYPT_FAILED',
    wireCode: 3000,
    async talk(wire) {
      const { message, finish } = initiator();
      const victim = finish(respond({ own: PAYEE, ephemeral: EPHEMERAL.responder, message }).answer);
      wire.write(IK_BYTE, frame(message));
      wire.write(frame(victim.send.encrypt(requestText(receiptText('replayed', TERMS, '{}')))));
      await wire.frame();
    },
  },
];

const ANSWER_REFUSALS: readonly Refusal[] = [
  {
    title: 'an ephemeral key of low order (N8 W-02, W-03) [S4.1]',
    code: 'NOISE_WEAK_KEY',
    wireCode: 7000,
    async talk(wire) {
      const message = await firstMessage(wire);
      const weakEphemeral = LOW_ORDER.eight;
      wire.write(
        frame(respond({ own: PAYEE, ephemeral: EPHEMERAL.responder, message, weakEphemeral }).answer),
      );
    },
  },
  {
    title: 'an answer with a wrong tag [F3]',
    code: 'NOISE_DECRYPT_FAILED',
    wireCode: 3000,
    async talk(wire) {
      const message = await firstMessage(wire);
      const { answer } = respond({ own: PAYEE, ephemeral: EPHEMERAL.responder, message });
      wire.write(frame(flipped(answer, -1)));
    },
  },
  {
    title: 'an answer of 4 097 bytes, on its header',
    code: 'TRANSPORT_FRAME_TOO_LONG',
    wireCode: 3000,
    async talk(wire) {
      await firstMessage(wire);
      wire.write(header(4097));
    },
  },
  {
    title: 'a peer that hangs up instead of answering [F3]',
    code: 'TRANSPORT_HANDSHAKE_CUT',
    wireCode: 8000,
    async talk(wire) {
      await firstMessage(wire);
      wire.end();
    },
  },
];

async function firstMessage(wire: RawWire): Promise<Uint8Array> {
  expect(await wire.take(1)).toEqual(IK_BYTE);
  return wire.frame();
}

beforeAll(() => ensureBuilt(), 300_000);

describe.concurrent('peer.mjs --role responder', () => {
  for (const { title, code, wireCode, talk } of HANDSHAKE_REFUSALS) {
    it(`refuses ${title}, answering nothing`, async () => {
      const ended = await againstResponder([], talk);
      expect(ended.events.slice(1)).toEqual([{ event: 'error', code, wire_code: wireCode }]);
      expect(ended.code).toBe(1);
    });
  }

  for (const { title, code, wireCode, talk } of SESSION_REFUSALS) {
    it(`refuses ${title}, confirming nothing`, async () => {
      const ended = await againstResponder([], talk);
      expect(ended.events.slice(1)).toEqual([
        expect.objectContaining({ event: 'handshake' }),
        { event: 'error', code, wire_code: wireCode },
      ]);
      expect(ended.code).toBe(1);
    });
  }
});

describe.concurrent('peer.mjs --role initiator', () => {
  for (const { title, code, wireCode, talk } of ANSWER_REFUSALS) {
    it(`refuses ${title}, sending no request`, async () => {
      const request = requestText(receiptText('receipt-1', TERMS, '{}'));
      const ended = await againstInitiator(['--send', request], talk);
      expect(ended.events).toEqual([{ event: 'error', code, wire_code: wireCode }]);
      expect(ended.code).toBe(1);
    });
  }
});
