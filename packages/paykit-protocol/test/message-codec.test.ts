import { decodeUtf8, encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage, JsonDecimal, type PaykitMessage } from '../src/index.ts';
import { NOW_SECONDS, PAYEE, PAYER, receipt, thrown } from './fixtures.ts';

const P = `[${PAYER.join(',')}]`;
const Q = `[${PAYEE.join(',')}]`;
const SIGNATURE = Uint8Array.from({ length: 64 }, (_, i) => 255 - i);
const RECEIPT_JSON = `{"receipt_id":"receipt-1","payer":${P},"payee":${Q},"method_id":"lightning","amount":"1000","currency":"SAT","created_at":${NOW_SECONDS},"metadata":{}}`;

const GOLDEN: readonly (readonly [PaykitMessage, string])[] = [
  [{ type: 'Ack' }, '{"type":"Ack"}'],
  [
    { type: 'OfferPrivateEndpoint', methodId: 'lightning', endpoint: 'lnbc…' },
    '{"type":"OfferPrivateEndpoint","payload":{"method_id":"lightning","endpoint":"lnbc…"}}',
  ],
  [
    { type: 'RequestReceipt', provisionalReceipt: receipt() },
    `{"type":"RequestReceipt","payload":{"provisional_receipt":${RECEIPT_JSON}}}`,
  ],
  [
    {
      type: 'ConfirmReceipt',
      receipt: {
        receiptId: 'r"\\\u0001\u007f😀',
        payer: PAYER,
        payee: PAYEE,
        methodId: 'onchain',
        createdAt: 0,
        metadata: { b: [null, true, 1.5, new JsonDecimal('1.0')], a: { z: 'é\n' } },
      },
    },
    `{"type":"ConfirmReceipt","payload":{"receipt":{"receipt_id":"r\\"\\\\\\u0001\u007f😀","payer":${P},"payee":${Q},"method_id":"onchain","created_at":0,"metadata":{"a":{"z":"é\\n"},"b":[null,true,1.5,1.0]}}}}`,
  ],
  [
    { type: 'Error', code: 'WRONG_PAYEE', message: 'not me' },
    '{"type":"Error","payload":{"code":"WRONG_PAYEE","message":"not me"}}',
  ],
  [
    { type: 'Attestation', publicKey: PAYER, signature: SIGNATURE },
    `{"type":"Attestation","payload":{"ed25519_pk":"${hex.encode(PAYER)}","signature":"${hex.encode(SIGNATURE)}"}}`,
  ],
];

const decode = (text: string) => decodeMessage(encodeUtf8(text));
const refusal = (text: string) => thrown(() => decode(text));
const request = (json: string) =>
  decode(`{"type":"RequestReceipt","payload":{"provisional_receipt":${json}}}`);
const without = (member: RegExp) => RECEIPT_JSON.replace(member, '');

describe('encodeMessage', () => {
  it.each(GOLDEN)('[P2] writes the bytes of P8 §2.2 for %o', (message, json) => {
    expect(decodeUtf8(encodeMessage(message))).toBe(json);
  });

  it('[P2] makes 14 bytes of an Ack', () => {
    expect(encodeMessage({ type: 'Ack' })).toHaveLength(14);
  });

  it('takes 65 519 bytes and not one more (W-22)', () => {
    const offer = (chars: number): PaykitMessage => ({
      type: 'OfferPrivateEndpoint',
      methodId: 'm',
      // Each of these characters takes two bytes.
      endpoint: `${'é'.repeat(chars)}x`,
    });
    const around = encodeMessage(offer(0)).length;
    const chars = Math.floor((65_519 - around) / 2);
    const longest = encodeMessage(offer(chars)).length;
    expect([65_518, 65_519]).toContain(longest);
    expect(decodeMessage(encodeMessage(offer(chars)))).toEqual(offer(chars));
    expect(thrown(() => encodeMessage(offer(chars + 1))).code).toBe('PAYKIT_MESSAGE_TOO_LONG');
  });

  it.each([
    [
      'a key of 31 bytes',
      receipt({ payer: new Uint8Array(31) }),
      'payload.provisional_receipt.payer',
      'wrong-length',
    ],
    [
      'a key that is no point',
      receipt({ payee: new Uint8Array(32).fill(2) }),
      'payload.provisional_receipt.payee',
      'not-a-key',
    ],
    [
      'a fraction of a second',
      receipt({ createdAt: 1.5 }),
      'payload.provisional_receipt.created_at',
      'wrong-type',
    ],
    ['a negative time', receipt({ createdAt: -1 }), 'payload.provisional_receipt.created_at', 'out-of-range'],
    ['an empty id', receipt({ receiptId: '' }), 'payload.provisional_receipt.receipt_id', 'empty'],
    [
      'a lone surrogate',
      receipt({ currency: '\ud800' }),
      'payload.provisional_receipt.currency',
      'lone-surrogate',
    ],
    [
      'no metadata',
      receipt({ metadata: undefined as never }),
      'payload.provisional_receipt.metadata',
      'missing',
    ],
  ])('refuses %s', (_, provisionalReceipt, field, problem) => {
    expect(thrown(() => encodeMessage({ type: 'RequestReceipt', provisionalReceipt }))).toEqual({
      code: 'PAYKIT_BAD_FIELD',
      context: { field, problem },
    });
  });

  it('refuses a type that is none', () => {
    for (const type of ['constructor', 'ack', 'toString'] as never[]) {
      expect(thrown(() => encodeMessage({ type })).code).toBe('PAYKIT_UNKNOWN_MESSAGE');
    }
  });
});

describe('decodeMessage', () => {
  it.each(GOLDEN)('[P2] reads %o from its own JSON', (message, json) => {
    expect(decode(json)).toEqual(message);
  });

  it('checks the length before anything else (W-22)', () => {
    expect(thrown(() => decodeMessage(new Uint8Array(65_520)))).toEqual({
      code: 'PAYKIT_MESSAGE_TOO_LONG',
      context: { bytes: 65_520, maximum: 65_519 },
    });
    const padded = `{"type":"Ack"}${' '.repeat(65_505)}`;
    expect(decode(padded)).toEqual({ type: 'Ack' });
  });

  it('takes the two members in either order, white space and unknown members', () => {
    expect(
      decode(' { "payload" : {"x":[1], "message":"m","code":"c"} , "type" : "Error", "more": {"a":1} } '),
    ).toEqual({
      type: 'Error',
      code: 'c',
      message: 'm',
    });
    expect(request(RECEIPT_JSON.replace('{', '{"signature":"later",'))).toEqual({
      type: 'RequestReceipt',
      provisionalReceipt: receipt(),
    });
  });

  it('takes an Ack with a payload that is missing or null, and with no other', () => {
    expect(decode('{"payload":null,"type":"Ack"}')).toEqual({ type: 'Ack' });
    expect(refusal('{"type":"Ack","payload":{}}').context).toEqual({
      field: 'payload',
      problem: 'wrong-type',
    });
  });

  it('reads null and absent amount and currency as absent, and leaves both out again', () => {
    const nulls = request(RECEIPT_JSON.replace('"1000"', 'null').replace('"SAT"', 'null'));
    const absent = request(without(/"amount":"1000","currency":"SAT",/));
    expect(nulls).toEqual(absent);
    expect('amount' in (absent as { provisionalReceipt: object }).provisionalReceipt).toBe(false);
    expect(decodeUtf8(encodeMessage(nulls))).not.toMatch(/amount|currency/);
  });

  it('takes null metadata and refuses absent metadata', () => {
    expect(request(RECEIPT_JSON.replace('"metadata":{}', '"metadata":null'))).toMatchObject({
      provisionalReceipt: { metadata: null },
    });
    expect(thrown(() => request(without(/,"metadata":{}/))).context['problem']).toBe('missing');
  });

  it('takes hex of both cases in an attestation', () => {
    const [message, json] = GOLDEN[5]!;
    const upper = json.replace(/[0-9a-f]{64,}/g, (digits) => digits.toUpperCase());
    expect(upper).not.toBe(json);
    expect(decode(upper)).toEqual(message);
    expect(refusal(json.replace(/"signature":"../, '"signature":"zz')).context['problem']).toBe('not-hex');
    expect(refusal(json.replace(/"signature":"../, '"signature":"')).context['problem']).toBe('wrong-length');
  });

  it.each([
    ['a repeated member', '{"type":"Ack","type":"Ack"}', 'PAYKIT_BAD_JSON'],
    [
      'a repeated member inside',
      '{"type":"Error","payload":{"code":"a","code":"a","message":""}}',
      'PAYKIT_BAD_JSON',
    ],
    ['no type', '{"payload":{}}', 'PAYKIT_BAD_FIELD'],
    ['a type that is no string', '{"type":1}', 'PAYKIT_BAD_FIELD'],
    ['an array', '[]', 'PAYKIT_BAD_FIELD'],
    ['null', 'null', 'PAYKIT_BAD_FIELD'],
    ['an unknown type', '{"type":"Nack"}', 'PAYKIT_UNKNOWN_MESSAGE'],
    ['a name from the prototype', '{"type":"constructor"}', 'PAYKIT_UNKNOWN_MESSAGE'],
    ['a missing payload', '{"type":"Error"}', 'PAYKIT_BAD_FIELD'],
    ['a payload that is an array', '{"type":"Error","payload":["a","b"]}', 'PAYKIT_BAD_FIELD'],
    ['a payload only in the prototype', '{"type":"Error","__proto__":{"payload":{}}}', 'PAYKIT_BAD_FIELD'],
    [
      'a text too long',
      `{"type":"Error","payload":{"code":"${'c'.repeat(129)}","message":""}}`,
      'PAYKIT_BAD_FIELD',
    ],
  ])('refuses %s', (_, json, code) => {
    expect(refusal(json).code).toBe(code);
  });

  it.each([
    ['31 integers', P.replace(/,\d+]/, ']'), 'wrong-length'],
    ['33 integers', P.replace(']', ',0]'), 'wrong-length'],
    ['an integer written 1.0', P.replace(/\[\d+/, '[1.0'), 'wrong-type'],
    ['an integer above 255', P.replace(/\[\d+/, '[256'), 'out-of-range'],
    ['a negative integer', P.replace(/\[\d+/, '[-1'), 'out-of-range'],
    ['a huge integer', P.replace(/\[\d+/, '[18446744073709551616'), 'wrong-type'],
    ['hex text', `"${hex.encode(PAYER)}"`, 'wrong-type'],
    ['bytes that are no point of the curve', `[${new Uint8Array(32).fill(2).join(',')}]`, 'not-a-key'],
    ['a second spelling of a point (y = p + 1)', `[238,${'255,'.repeat(30)}127]`, 'not-a-key'],
  ])('refuses a key of %s', (_, key, problem) => {
    expect(thrown(() => request(RECEIPT_JSON.replace(P, key))).context).toEqual({
      field: 'payload.provisional_receipt.payer',
      problem,
    });
  });

  it.each([
    ['1733356800.0', 'wrong-type'],
    ['1e9', 'wrong-type'],
    ['"1"', 'wrong-type'],
    ['-1', 'out-of-range'],
    ['-0', 'wrong-type'],
    ['9007199254740992', 'out-of-range'],
    ['null', 'wrong-type'],
  ])('refuses created_at %s', (time, problem) => {
    expect(thrown(() => request(RECEIPT_JSON.replace(`${NOW_SECONDS}`, time))).context['problem']).toBe(
      problem,
    );
  });

  it('bounds the depth and the size of metadata', () => {
    const nested = (levels: number) =>
      RECEIPT_JSON.replace('"metadata":{}', `"metadata":${'['.repeat(levels)}${']'.repeat(levels)}`);
    expect(() => request(nested(32))).not.toThrow();
    expect(thrown(() => request(nested(33))).context['problem']).toBe('too-deep');
    const sized = (bytes: number) =>
      RECEIPT_JSON.replace('"metadata":{}', `"metadata":"${'x'.repeat(bytes - 2)}"`);
    expect(() => request(sized(32_768))).not.toThrow();
    expect(thrown(() => request(sized(32_769))).context['problem']).toBe('too-long');
  });

  it('shows of an unknown type only what a log can stand', () => {
    expect(refusal(`{"type":"\\u001b[31m${'x'.repeat(100)}"}`).context['type']).toBe(
      `??31m${'x'.repeat(59)}`,
    );
  });
});
