import { describe, expect, it } from 'vitest';
import * as api from '../src/index.ts';
import * as testing from '../src/testing.ts';

describe('@pubky-paykit/paykit-protocol', () => {
  it('exports exactly this', () => {
    expect(Object.keys(api).sort()).toEqual([
      'AMOUNT_MAX_MANTISSA',
      'AMOUNT_MAX_SCALE',
      'JsonDecimal',
      'MESSAGE_MAX_BYTES',
      'METADATA_MAX_BYTES',
      'METADATA_MAX_DEPTH',
      'PAYKIT_ERRORS',
      'PaykitError',
      'REFUSALS',
      'TRANSITIONS',
      'answerMessage',
      'answerRequest',
      'compareAmounts',
      'confirmationDifference',
      'copyReceipt',
      'createMemoryReceiptStore',
      'createMessageChannel',
      'createMessageReceiver',
      'createMessageSender',
      'createProvisionalReceipt',
      'createReceiptId',
      'decodeMessage',
      'decodeReceipt',
      'encodeMessage',
      'encodeReceipt',
      'formatAmount',
      'jsonEquals',
      'nextState',
      'noteRequest',
      'parseAmount',
      'parseJson',
      'receiptEquals',
      'refusalMessage',
      'requestReceipt',
      'sendOneWayRequest',
      'serveChannel',
      'serveOneWayChannel',
      'startNegotiation',
      'stringifyJson',
    ]);
    expect(Object.keys(testing).sort()).toEqual(['createMemoryChannelPair', 'createMemoryOneWayPair']);
  });

  it('has exactly these codes, each with its wire code', () => {
    const codes = Object.entries(api.PAYKIT_ERRORS).map(([code, row]) => [code, row.wireCode, row.retryable]);
    expect(codes).toEqual([
      ['PAYKIT_MESSAGE_TOO_LONG', 4000, false],
      ['PAYKIT_BAD_JSON', 4000, false],
      ['PAYKIT_UNKNOWN_MESSAGE', 4000, false],
      ['PAYKIT_BAD_FIELD', 4000, false],
      ['PAYKIT_CONFIRMATION_MISMATCH', 6000, false],
      ['PAYKIT_REFUSED_BY_PEER', 6000, false],
      ['PAYKIT_PEER_UNAVAILABLE', 6000, true],
      ['PAYKIT_UNEXPECTED_MESSAGE', 6000, false],
      ['PAYKIT_TOO_MANY_ACKS', 6000, false],
      ['PAYKIT_TOO_MANY_REQUESTS', 6000, false],
      ['PAYKIT_TIMED_OUT', 8001, true],
      ['PAYKIT_CANCELLED', 99_999, true],
      ['PAYKIT_CHANNEL_CLOSED', 8000, true],
      ['PAYKIT_CHANNEL_FAILED', 8000, true],
      ['PAYKIT_STORE_FAILED', 9000, true],
      ['PAYKIT_STORE_FULL', 9000, false],
      ['PAYKIT_RECEIPT_CONFLICT', 6000, false],
      ['PAYKIT_GENERATOR_FAILED', 99_999, true],
      ['PAYKIT_LOOKUP_FAILED', 99_999, true],
      ['PAYKIT_ILLEGAL_TRANSITION', 6000, false],
    ]);
  });

  it('sends exactly these codes to peers', () => {
    expect(Object.keys(api.REFUSALS)).toEqual([
      'WRONG_PAYEE',
      'WRONG_PAYER',
      'PAYER_UNVERIFIED',
      'DUPLICATE_ID',
      'UNKNOWN_METHOD',
      'BAD_AMOUNT',
      'BAD_TIME',
      'DECLINED',
      'UNAVAILABLE',
      'UNSOLICITED',
      'BAD_MESSAGE',
    ]);
  });
});
