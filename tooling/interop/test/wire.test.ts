import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { concat, isValidClaim, respond, utf8 } from './independent-ik.mjs';
import { frame } from './raw-wire.mjs';
import {
  ACK,
  againstInitiator,
  againstResponder,
  confirmText,
  type Ended,
  EPHEMERAL,
  honestClaim,
  IK_BYTE,
  initiator,
  keyOf,
  PAYEE,
  PAYER,
  receiptText,
  requestText,
  sha256,
  TERMS,
  toHex,
  VECTOR,
} from './wire-peers.ts';

/** The bytes of N8 A.4: no padding, and its ephemeral. */
const PURE_0_8 = ['--no-extension', '--ephemeral', keyOf(0x11)];

/** What the process printed of the messages it received. */
const messages = ({ events }: Ended) =>
  events.filter(({ event }) => event === 'message').map(({ message }) => message as { type: string });

beforeAll(() => ensureBuilt(), 300_000);

describe('the independent peer', () => {
  it('makes the keys and bytes of N8 A.1, A.3 and A.4', () => {
    expect(toHex(PAYER.publicKey)).toBe('04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426');
    expect(sha256(honestClaim())).toBe(VECTOR.payload);
    const { message, finish } = initiator();
    expect(sha256(message)).toBe(VECTOR.request);
    const { answer, id } = respond({ own: PAYEE, ephemeral: EPHEMERAL.responder, message });
    const session = finish(answer);
    expect([toHex(answer), toHex(id), toHex(session.id)]).toEqual([VECTOR.answer, VECTOR.id, VECTOR.id]);
    expect(toHex(session.send.encrypt('hello'))).toBe('1ba3d6bcff1a74c2a433e88ac53e285853c7cba3de');
  });
});

describe.concurrent('peer.mjs --role responder', () => {
  it.each([
    ['with', { args: [], octets: IK_BYTE, padding: 0 }],
    ['without', { args: ['--no-pattern-byte'], octets: new Uint8Array(0), padding: 67 }],
  ])('is paid %s the negotiation byte [I2] [S3.1] [F1]', async (_, { args, octets, padding }) => {
    const first = receiptText('receipt-1', TERMS, '{"note":"é","tip":1.5}');
    const second = receiptText('receipt-2', '', 'null');
    const others = [
      ACK,
      '{"payload":null,"type":"Ack"}',
      '{"type":"OfferPrivateEndpoint","payload":{"method_id":"lightning","endpoint":"lnbc1"}}',
      '{"type":"Error","payload":{"code":"WRONG_PAYEE","message":"no"}}',
      confirmText(first),
      `{"type":"Attestation","payload":{"ed25519_pk":"${toHex(PAYER.identity)}","signature":"${'0a'.repeat(64)}"}}`,
    ];
    const ended = await againstResponder([...args, '--ephemeral', keyOf(0x22)], async (wire) => {
      const payload = concat(honestClaim(), utf8(' '.repeat(padding)));
      const { message, finish } = initiator({ payload });
      wire.write(octets, frame(message));
      const answer = await wire.frame();
      expect(answer).toHaveLength(48);
      const session = finish(answer);
      expect(session.payload).toHaveLength(0);
      if (padding === 0) expect([toHex(answer), toHex(session.id)]).toEqual([VECTOR.answer, VECTOR.id]);

      wire.write(frame(session.send.encrypt(requestText(first))));
      expect(session.receive.decrypt(await wire.frame())).toBe(confirmText(first));
      // Members in any order, unknown ones and null for "absent" are read; what is written stays in P8's order.
      const { metadata, ...rest } = JSON.parse(second);
      const shuffled = JSON.stringify({ metadata, later: [1], currency: null, amount: null, ...rest });
      wire.write(
        frame(
          session.send.encrypt(`{"payload":{"provisional_receipt":${shuffled}},"type":"RequestReceipt"}`),
        ),
      );
      expect(session.receive.decrypt(await wire.frame())).toBe(confirmText(second));
      for (const text of others) wire.write(frame(session.send.encrypt(text)));
      wire.end();
    });
    expect(messages(ended).map(({ type }) => type)).toEqual([
      ...['RequestReceipt', 'RequestReceipt', 'Ack', 'Ack', 'OfferPrivateEndpoint', 'Error'],
      ...['ConfirmReceipt', 'Attestation'],
    ]);
    expect(ended.events[1]).toMatchObject({
      event: 'handshake',
      remote_static: toHex(PAYER.publicKey),
      remote_identity: toHex(PAYER.identity),
    });
    expect([ended.code, ended.events.at(-1)]).toEqual([0, { event: 'closed' }]);
  });
});

describe.concurrent('peer.mjs --role initiator', () => {
  it.each([
    [670, 'with', { args: [], octets: IK_BYTE }],
    [603, 'without', { args: ['--no-pattern-byte', ...PURE_0_8], octets: new Uint8Array(0) }],
  ])(
    'pays with %i bytes first, %s the negotiation byte [I2] [S3.1] [F1]',
    async (length, _, { args, octets }) => {
      const asked = receiptText('receipt-1', TERMS, '{}');
      const confirmed = receiptText('receipt-1', TERMS, '{"invoice":"INV-1"}');
      const replies = [ACK, '{"type":"OfferPrivateEndpoint","payload":{"method_id":"m","endpoint":"e"}}'];
      const request = ['--send', requestText(asked), '--exit-after', '3'];
      const ended = await againstInitiator([...args, ...request], async (wire) => {
        expect(await wire.take(octets.length)).toEqual(octets);
        const message = await wire.frame();
        expect([message.length, wire.waiting]).toEqual([length, 0]);
        if (length === 603) expect(sha256(message)).toBe(VECTOR.request);

        const session = respond({ own: PAYEE, ephemeral: EPHEMERAL.responder, message });
        expect(session.remoteStatic).toEqual(PAYER.publicKey);
        expect(isValidClaim(session.payload, session.remoteStatic, PAYEE.publicKey)).toBe(true);
        const text = Buffer.from(session.payload).toString();
        expect(text.trimEnd()).toBe(Buffer.from(honestClaim()).toString());
        expect(text).toHaveLength(length - 96);

        wire.write(frame(session.answer));
        expect(session.receive.decrypt(await wire.frame())).toBe(requestText(asked));
        for (const reply of replies) wire.write(frame(session.send.encrypt(reply)));
        wire.write(
          frame(session.send.encrypt(`{"payload":{"receipt":${confirmed}},"type":"ConfirmReceipt"}`)),
        );
      });
      expect(messages(ended)).toEqual([...replies, confirmText(confirmed)].map((text) => JSON.parse(text)));
      expect([ended.code, ended.events.at(-1)]).toEqual([0, { event: 'closed' }]);
    },
  );
});
