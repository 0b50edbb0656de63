import { describe, expect, it } from 'vitest';
import { attestationText, isValidClaim } from './independent-identity.mjs';
import { frame } from './raw-wire.mjs';
import {
  ephemerals,
  honestClaim,
  independent,
  octetOf,
  openSession,
  padded,
  type Role,
  speakNoise,
} from './wire-handshakes.ts';
import { ACK, confirmText, receiptText, requestText } from './wire-messages.ts';
import {
  ATTACKER,
  handshakeEvent,
  keyOf,
  PATTERNS,
  PAYEE,
  PAYER,
  sha256,
  toHex,
  VECTORS,
} from './wire-parties.ts';
import { against, type Ended } from './wire-runs.ts';

const EPHEMERAL_ARGUMENTS: Readonly<Record<Role, readonly string[]>> = {
  initiator: ['--no-extension', '--ephemeral', keyOf(0x11)],
  responder: ['--ephemeral', keyOf(0x22)],
};
const TWO_WAY = PATTERNS.filter((pattern) => pattern !== 'n');

/** The messages of a handshake as N8 A.4 shows them. */
const shown = (messages: readonly Uint8Array[]) =>
  messages.map((message) => (message.length > 200 ? sha256(message) : toHex(message)));

/** What the process printed of the messages it received. */
const received = ({ events }: Ended) =>
  events.filter(({ event }) => event === 'message').map(({ message }) => message);

const json = (texts: readonly string[]) => texts.map((text) => JSON.parse(text));

describe.concurrent('peer.mjs --role responder', () => {
  it.each(TWO_WAY)(
    'is paid with %s, byte for byte as in N8 A.4 and A.7 [I1] [S3.1] [F1]',
    async (pattern) => {
      const request = requestText(receiptText('receipt-1'));
      const ended = await against('responder', pattern, EPHEMERAL_ARGUMENTS.responder, async (wire) => {
        const { id, messages, send, receive } = await openSession(wire, pattern, 'initiator');
        expect([toHex(id), shown(messages)]).toEqual([VECTORS[pattern].id, VECTORS[pattern].messages]);
        wire.write(frame(send.encrypt(request)));
        expect(receive.decrypt(await wire.frame())).toBe(confirmText(receiptText('receipt-1')));
        wire.end();
      });
      expect(ended.events.slice(1)).toEqual([
        handshakeEvent(pattern, 'responder'),
        { event: 'message', message: JSON.parse(request) },
        { event: 'closed' },
      ]);
      expect(ended.code).toBe(0);
    },
  );

  it('prints what comes with n and answers nothing (P8 §3.8) [S3.1] [F1]', async () => {
    const texts = [requestText(receiptText('receipt-1')), ACK];
    const args = [...EPHEMERAL_ARGUMENTS.responder, '--exit-after', '2'];
    const ended = await against('responder', 'n', args, async (wire) => {
      const { send } = await openSession(wire, 'n', 'initiator');
      for (const text of texts) wire.write(frame(send.encrypt(text)));
    });
    expect(ended.events[1]).toEqual(handshakeEvent('n', 'responder'));
    expect(received(ended)).toEqual(json(texts));
    expect([ended.code, ended.events.at(-1)]).toEqual([0, { event: 'closed' }]);
  });

  it.each(PATTERNS)('speaks %s without the negotiation byte where both agreed (P8 §3.2)', async (pattern) => {
    const args = ['--no-pattern-byte', '--ephemeral', keyOf(0x22)];
    const ended = await against('responder', pattern, args, async (wire) => {
      const spoken = await speakNoise(wire, pattern, 'initiator');
      const { send, receive } = spoken.handshake.split();
      if (pattern === 'nn') {
        const [own, remote] = ephemerals(spoken);
        expect(receive.decrypt(await wire.frame())).toBe(attestationText(PAYEE, remote, own));
        wire.write(frame(send.encrypt(attestationText(PAYER, own, remote))));
      }
      wire.end();
    });
    expect(ended.events.slice(1)).toEqual([handshakeEvent(pattern, 'responder'), { event: 'closed' }]);
    expect(ended.code).toBe(0);
  });

  it.each([
    ['ik', 'Error'],
    ['ik-raw', 'ConfirmReceipt'],
    ['nn', 'Error'],
    ['xx', 'ConfirmReceipt'],
  ] as const)('takes a payer that the session does not name with %s: %s (P8 W-18)', async (pattern, type) => {
    const request = requestText(receiptText('receipt-1', undefined, '{}', ATTACKER.identity));
    const ended = await against('responder', pattern, [], async (wire) => {
      const { send, receive } = await openSession(wire, pattern, 'initiator');
      wire.write(frame(send.encrypt(request)));
      const reply = JSON.parse(receive.decrypt(await wire.frame()));
      expect(reply.type).toBe(type);
      if (type === 'Error') expect(reply.payload.code).toBe('WRONG_PAYER');
      wire.end();
    });
    expect(ended.code).toBe(0);
  });

  it.each([
    ['ik', ['--peer-identity', toHex(PAYER.identity), '--peer-static', toHex(PAYER.publicKey)]],
    ['ik-raw', ['--peer-static', toHex(PAYER.publicKey)]],
    ['nn', ['--peer-identity', toHex(PAYER.identity)]],
    ['xx', ['--peer-static', toHex(PAYER.publicKey)]],
  ] as const)('lets in the only one who is allowed with %s', async (pattern, args) => {
    const ended = await against('responder', pattern, args, async (wire) => {
      await openSession(wire, pattern, 'initiator');
      wire.end();
    });
    expect(ended.code).toBe(0);
  });

  it('reads claims and messages as freely as 0.8 does, and writes its own in one form only [I2]', async () => {
    const receipts = [
      receiptText('receipt-1', undefined, '{"note":"é","tip":1.5}'),
      receiptText('r-2', '', 'null'),
    ];
    const { metadata, ...rest } = JSON.parse(receipts[1] as string);
    // Members in any order, unknown ones and null for "absent" are read; what is written stays in P8's order.
    const shuffled = JSON.stringify({ metadata, later: [1], currency: null, amount: null, ...rest });
    const requests = [
      requestText(receipts[0] as string),
      `{"payload":{"provisional_receipt":${shuffled}},"type":"RequestReceipt"}`,
    ];
    const others = [
      ACK,
      '{"payload":null,"type":"Ack"}',
      '{"type":"OfferPrivateEndpoint","payload":{"method_id":"lightning","endpoint":"lnbc1"}}',
      '{"type":"Error","payload":{"code":"WRONG_PAYEE","message":"no"}}',
      confirmText(receipts[0] as string),
      `{"type":"Attestation","payload":{"ed25519_pk":"${toHex(PAYER.identity)}","signature":"${'0a'.repeat(64)}"}}`,
    ];
    const ended = await against('responder', 'ik', [], async (wire) => {
      const payload = () => padded(honestClaim(), 67);
      const { send, receive } = await openSession(wire, 'ik', 'initiator', { payload });
      for (const [index, request] of requests.entries()) {
        wire.write(frame(send.encrypt(request)));
        expect(receive.decrypt(await wire.frame())).toBe(confirmText(receipts[index] as string));
      }
      for (const text of others) wire.write(frame(send.encrypt(text)));
      wire.end();
    });
    const types = received(ended).map((message) => (message as { type: string }).type);
    expect(types).toEqual([
      ...['RequestReceipt', 'RequestReceipt', 'Ack', 'Ack', 'OfferPrivateEndpoint', 'Error'],
      ...['ConfirmReceipt', 'Attestation'],
    ]);
    expect(ended.code).toBe(0);
  });
});

describe.concurrent('peer.mjs --role initiator', () => {
  it.each(TWO_WAY)('pays with %s, byte for byte as in N8 A.4 and A.7 [I1] [S3.1] [F1]', async (pattern) => {
    const [request, reply] = [requestText(receiptText('r')), confirmText(receiptText('r'))];
    const replies = [ACK, request, reply];
    const args = [...EPHEMERAL_ARGUMENTS.initiator, '--send', request, '--exit-after', '3'];
    const ended = await against('initiator', pattern, args, async (wire) => {
      expect(await wire.take(1)).toEqual(octetOf(pattern));
      const { id, messages, send, receive } = await openSession(wire, pattern, 'responder');
      expect([toHex(id), shown(messages)]).toEqual([VECTORS[pattern].id, VECTORS[pattern].messages]);
      expect(receive.decrypt(await wire.frame())).toBe(request);
      // A request that comes the other way is printed, and only a responder answers one.
      for (const text of replies) wire.write(frame(send.encrypt(text)));
    });
    expect(ended.events).toEqual([
      handshakeEvent(pattern, 'initiator'),
      ...json(replies).map((message) => ({ event: 'message', message })),
      { event: 'closed' },
    ]);
    expect(ended.code).toBe(0);
  });

  it('sends with n and leaves, waiting for nothing (P8 §3.8) [S3.1] [F1]', async () => {
    const texts = [requestText(receiptText('receipt-1')), ACK];
    const args = [...EPHEMERAL_ARGUMENTS.initiator, ...texts.flatMap((text) => ['--send', text])];
    const ended = await against('initiator', 'n', args, async (wire) => {
      expect(await wire.take(1)).toEqual(octetOf('n'));
      const { messages, receive } = await openSession(wire, 'n', 'responder');
      expect(shown(messages)).toEqual(VECTORS.n.messages);
      for (const text of texts) expect(receive.decrypt(await wire.frame())).toBe(text);
    });
    expect(ended.events).toEqual([handshakeEvent('n', 'initiator'), { event: 'closed' }]);
    expect(ended.code).toBe(0);
  });

  it.each(PATTERNS)('speaks %s without the negotiation byte where both agreed (P8 §3.2)', async (pattern) => {
    const args = [...EPHEMERAL_ARGUMENTS.initiator, '--no-pattern-byte', '--exit-after', '0'];
    const ended = await against('initiator', pattern, args, async (wire) => {
      const { messages } = await openSession(wire, pattern, 'responder');
      expect(shown(messages)).toEqual(VECTORS[pattern].messages);
    });
    expect(ended.events).toEqual([handshakeEvent(pattern, 'initiator'), { event: 'closed' }]);
    expect(ended.code).toBe(0);
  });

  it('expects the key of --peer-static with xx', async () => {
    const args = ['--peer-static', toHex(PAYEE.publicKey), '--exit-after', '0'];
    const ended = await against('initiator', 'xx', args, async (wire) => {
      await wire.take(1);
      await openSession(wire, 'xx', 'responder');
    });
    expect(ended.code).toBe(0);
  });

  it('pads the claim of ik to one length, signed as before (N8 W-46)', async () => {
    const ended = await against('initiator', 'ik', ['--exit-after', '0'], async (wire) => {
      await wire.take(1);
      const message = await wire.frame();
      expect([message.length, wire.waiting]).toEqual([670, 0]);
      const handshake = independent('ik', 'responder');
      const payload = handshake.read(message);
      const text = Buffer.from(payload).toString();
      expect(text).toHaveLength(574);
      expect(text.trimEnd()).toBe(Buffer.from(honestClaim()).toString());
      expect(isValidClaim(payload, PAYER.publicKey, PAYEE.publicKey)).toBe(true);
      wire.write(frame(handshake.write()));
    });
    expect(ended.code).toBe(0);
  });
});
