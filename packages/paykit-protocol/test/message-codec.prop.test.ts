import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, decodeReceipt, encodeMessage, encodeReceipt, PaykitError } from '../src/index.ts';
import { messages, receipts } from './fixtures.ts';

const ACCEPTED = new Set([
  'PAYKIT_BAD_JSON',
  'PAYKIT_BAD_FIELD',
  'PAYKIT_UNKNOWN_MESSAGE',
  'PAYKIT_MESSAGE_TOO_LONG',
]);

/** Decodes; a refusal must have one of the accepted codes. */
function outcome(bytes: Uint8Array): string {
  try {
    decodeMessage(bytes);
    return 'message';
  } catch (error) {
    if (error instanceof PaykitError && ACCEPTED.has(error.code)) return error.code;
    throw error;
  }
}

describe('decodeMessage', () => {
  it('[P2] inverts encodeMessage, and the bytes are the same again', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = encodeMessage(message);
        const read = decodeMessage(bytes);
        expect(read).toEqual(message);
        expect(encodeMessage(read)).toEqual(bytes);
      }),
      { numRuns: 600 },
    );
  });

  it('[F3] makes a message or a listed code of any bytes', () => {
    const fragments = fc.constantFrom(
      '{"type":',
      '"Ack"',
      '"Error"',
      '"payload":',
      '{',
      '}',
      ',',
      '"code":',
      '"message":',
      '""',
      'null',
      '[',
      ']',
      '1e3',
      '"\\ud800"',
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(encodeUtf8),
      fc.array(fragments, { maxLength: 12 }).map((parts) => encodeUtf8(parts.join(''))),
      fc
        .record({
          type: fc.constantFrom('Ack', 'Error', 'RequestReceipt', 'Attestation', 'Nack'),
          payload: fc.jsonValue(),
        })
        .map((value) => encodeUtf8(JSON.stringify(value))),
    );
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(bytes, (input) => {
        const result = outcome(input);
        seen.set(result, (seen.get(result) ?? 0) + 1);
      }),
      { numRuns: 3000 },
    );
    expect([...seen.keys()].sort()).toEqual([
      'PAYKIT_BAD_FIELD',
      'PAYKIT_BAD_JSON',
      'PAYKIT_UNKNOWN_MESSAGE',
      'message',
    ]);
  });

  it('[F3] survives any single byte changed, taken away or added', () => {
    fc.assert(
      fc.property(
        messages,
        fc.nat(),
        fc.nat({ max: 255 }),
        fc.nat({ max: 2 }),
        (message, place, byte, kind) => {
          const bytes = encodeMessage(message);
          const at = place % bytes.length;
          const mutated = [...bytes];
          mutated.splice(at, kind === 2 ? 0 : 1, ...(kind === 1 ? [] : [byte]));
          outcome(Uint8Array.from(mutated));
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('refuses every proper prefix of a message', () => {
    fc.assert(
      fc.property(messages, fc.nat(), (message, place) => {
        const bytes = encodeMessage(message);
        expect(outcome(bytes.subarray(0, place % bytes.length))).toBe('PAYKIT_BAD_JSON');
      }),
      { numRuns: 300 },
    );
  });

  it('refuses any message whose type is repeated', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const json = decodeUtf8(encodeMessage(message));
        expect(outcome(encodeUtf8(`${json.slice(0, -1)},"type":"Ack"}`))).toBe('PAYKIT_BAD_JSON');
      }),
      { numRuns: 200 },
    );
  });
});

describe('decodeReceipt', () => {
  it('[P2] inverts encodeReceipt', () => {
    fc.assert(
      fc.property(receipts, (receipt) => {
        expect(decodeReceipt(encodeReceipt(receipt))).toEqual(receipt);
      }),
      { numRuns: 300 },
    );
  });
});
