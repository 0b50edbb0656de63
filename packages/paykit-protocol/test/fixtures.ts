import { ed25519 } from '@noble/curves/ed25519.js';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import {
  createMemoryReceiptStore,
  JsonDecimal,
  type JsonValue,
  PaykitError,
  type PaykitMessage,
  type PaykitReceipt,
} from '../src/index.ts';

/** Unix seconds of the fixed tests. */
export const NOW_SECONDS = 1_733_356_800;

function publicKeyOfSeed(byte: number): Uint8Array {
  return ed25519.getPublicKey(new Uint8Array(32).fill(byte));
}

/** The identities of seeds [1], [2] and [7] of P8 §12.1. */
export const PAYER: Uint8Array = publicKeyOfSeed(1);
export const PAYEE: Uint8Array = publicKeyOfSeed(2);
export const STRANGER: Uint8Array = publicKeyOfSeed(7);

export function receipt(changes: Partial<PaykitReceipt> = {}): PaykitReceipt {
  return {
    receiptId: 'receipt-1',
    payer: PAYER,
    payee: PAYEE,
    methodId: 'lightning',
    amount: '1000',
    currency: 'SAT',
    createdAt: NOW_SECONDS,
    metadata: {},
    ...changes,
  };
}

export function clockAt(seconds = NOW_SECONDS): ManualClock {
  return new ManualClock(seconds * 1000);
}

export function answerOptions() {
  return {
    self: PAYEE,
    peer: PAYER,
    methods: new Set(['lightning']),
    generateReceipt: (request: PaykitReceipt): PaykitReceipt | undefined => ({
      ...request,
      metadata: { ...(request.metadata as object), invoice: 'INV-1' },
    }),
    store: createMemoryReceiptStore(),
    clock: clockAt(),
  };
}

export function noteOptions() {
  return {
    self: PAYEE,
    methods: new Set(['lightning']),
    requests: createMemoryReceiptStore(),
    clock: clockAt(),
  };
}

/** A store nobody may touch. */
export const untouchable = {
  get: (): never => {
    throw new TypeError('must not be read');
  },
  keep: (): never => {
    throw new TypeError('must not be written');
  },
};

/** The error that `work` throws, as JSON without its text. */
export function thrown(work: () => unknown): { code: string; context: Record<string, unknown> } {
  try {
    work();
  } catch (error) {
    if (error instanceof PaykitError) return { code: error.code, context: { ...error.context } };
    throw error;
  }
  throw new TypeError('nothing was thrown');
}

/** The error that a promise is rejected with. */
export async function rejected(work: Promise<unknown>): Promise<PaykitError> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof PaykitError) return outcome;
  throw outcome ?? new TypeError('nothing was thrown');
}

/** Lets everything that is ready run, without time passing. */
export async function settle(turns = 50): Promise<void> {
  for (let i = 0; i < turns; i++) await Promise.resolve();
}

const keys = [1, 2, 3, 7, 42, 200].map(publicKeyOfSeed);
const key = fc.constantFrom(...keys);
const name = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });

const jsonNumber: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.maxSafeInteger().map((value) => value + 0 || 0),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n }),
  fc
    .constantFrom('1.0', '-0', '1e3', '1.50', '0.0', '18446744073709551616.5')
    .map((text) => new JsonDecimal(text)),
);

/** Any JSON of our type, shallow, with the awkward names among its members. */
export const jsonValues: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    name(12),
    jsonNumber,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(name(8), fc.constantFrom('__proto__', 'constructor', '10', '9', '')),
      tie('value'),
      {
        maxKeys: 4,
        noNullPrototype: true,
      },
    ),
  ),
})).value;

export const receipts: fc.Arbitrary<PaykitReceipt> = fc.record(
  {
    receiptId: name(40).filter((text) => text.length > 0),
    payer: key,
    payee: key,
    methodId: name(20),
    amount: name(20),
    currency: name(8),
    createdAt: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    metadata: jsonValues,
  },
  { requiredKeys: ['receiptId', 'payer', 'payee', 'methodId', 'createdAt', 'metadata'] },
);

export const messages: fc.Arbitrary<PaykitMessage> = fc.oneof(
  fc.record({
    type: fc.constant('OfferPrivateEndpoint' as const),
    methodId: name(20),
    endpoint: name(100),
  }),
  fc.record({ type: fc.constant('RequestReceipt' as const), provisionalReceipt: receipts }),
  fc.record({ type: fc.constant('ConfirmReceipt' as const), receipt: receipts }),
  fc.constant({ type: 'Ack' as const }),
  fc.record({ type: fc.constant('Error' as const), code: name(20), message: name(100) }),
  fc.record({
    type: fc.constant('Attestation' as const),
    publicKey: key,
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  }),
);
