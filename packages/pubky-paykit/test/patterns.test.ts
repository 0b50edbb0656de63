import { decodeAttestation, encodeAttestation } from '@pubky-paykit/patterns';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  acceptPaymentChannel,
  type ByteStream,
  createMemoryPinStore,
  createMemoryReceiptStore,
  createPaymentIdentity,
  createProvisionalReceipt,
  createThrowAwayPayer,
  decodeMessage,
  encodeMessage,
  hex,
  IK,
  IK_RAW,
  identityPublicKey,
  type LookUpNoiseKeys,
  type MemoryReceiptStore,
  memoryStreamPair,
  N,
  NN,
  offerPatterns,
  openPaymentChannel,
  type PaymentChannel,
  payerOf,
  requestReceipt,
  sendOneWayRequest,
  serveChannel,
  serveOneWayChannel,
  XX,
} from '../src/index.ts';
import { codeOf, payeeIdentity, payerIdentity, TERMS } from './peers.ts';

const payer = payerIdentity();
const payee = payeeIdentity();
const remoteStatic = payee.noiseKey.publicKey;

/** What the payer is found to have published. */
const published: LookUpNoiseKeys = (identity) =>
  hex.encode(identity) === hex.encode(payer.publicKey) ? [payer.noiseKey.publicKey] : [];

async function paying(channel: PaymentChannel, from = payer.publicKey): Promise<string | undefined> {
  const provisional = createProvisionalReceipt({ payer: from, payee: payee.publicKey, ...TERMS });
  try {
    return await codeOf(requestReceipt(channel, provisional, { store: createMemoryReceiptStore() }));
  } finally {
    await channel.close();
  }
}

async function serving(
  channel: PaymentChannel,
  store: MemoryReceiptStore,
  lookUp?: LookUpNoiseKeys,
): Promise<void> {
  await serveChannel(channel, {
    self: payee.publicKey,
    peer: payerOf(channel.session, lookUp),
    methods: new Set(['lightning']),
    generateReceipt: (request) => request,
    store,
  });
  await channel.close();
}

/** How a payer opens each two-way pattern, and what the payee offers. */
const TWO_WAY = {
  IK: (stream: Parameters<typeof openPaymentChannel>[0]) =>
    openPaymentChannel(stream, payer, { profile: IK, remoteStatic }),
  'IK-raw': (stream: Parameters<typeof openPaymentChannel>[0]) =>
    openPaymentChannel(stream, { noiseKey: payer.noiseKey }, { profile: IK_RAW, remoteStatic }),
  NN: (stream: Parameters<typeof openPaymentChannel>[0]) =>
    openPaymentChannel(stream, { signer: payer.signer }, { profile: NN, expectedIdentity: payee.publicKey }),
  XX: (stream: Parameters<typeof openPaymentChannel>[0]) =>
    openPaymentChannel(stream, payer, {
      profile: XX,
      trust: { trustOnFirstUse: createMemoryPinStore(), peer: 'payee' },
    }),
} as const;

const offer = () => offerPatterns(payee, { profiles: [IK, IK_RAW, NN, XX], allowStatic: 'anyone' });

async function pay(pattern: keyof typeof TWO_WAY, lookUp?: LookUpNoiseKeys, from?: Uint8Array) {
  const [here, there] = memoryStreamPair();
  const store = createMemoryReceiptStore();
  const [code] = await Promise.all([
    TWO_WAY[pattern](here).then((channel) => paying(channel, from)),
    acceptPaymentChannel(there, offer()).then((channel) => serving(channel, store, lookUp)),
  ]);
  return { code, receipts: store.all().length };
}

describe('a payment in each pattern', () => {
  it.each(['IK', 'IK-raw', 'NN', 'XX'] as const)('is confirmed over %s [S3.1] [F1]', async (pattern) => {
    expect(await pay(pattern, published)).toEqual({ code: undefined, receipts: 1 });
  });

  it.each(['IK-raw', 'XX'] as const)(
    'is never confirmed over %s while the payer is unverified (P8 W-05, W-16)',
    async (pattern) => {
      const refused = { code: 'PAYKIT_REFUSED_BY_PEER', receipts: 0 };
      expect(await pay(pattern)).toEqual(refused);
      expect(await pay(pattern, () => [])).toEqual(refused);
      expect(await pay(pattern, () => [new Uint8Array(32).fill(9)])).toEqual(refused);
      // An impostor: proves his own key, and names somebody else.
      expect(await pay(pattern, published, payee.publicKey)).toEqual(refused);
    },
  );

  it.each(['IK-raw', 'XX'] as const)(
    'may be tried again over %s if the look-up failed [F3]',
    async (pattern) => {
      const failing = () => Promise.reject(new Error('offline'));
      expect(await pay(pattern, failing)).toEqual({ code: 'PAYKIT_PEER_UNAVAILABLE', receipts: 0 });
    },
  );

  it('ends the look-up with the answer it is for [T2]', async () => {
    const [here, there] = memoryStreamPair();
    let aborted = (): void => {};
    const ended = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    const lookUp: LookUpNoiseKeys = (_, { signal }) => {
      if (signal?.aborted) aborted();
      signal?.addEventListener('abort', () => aborted());
      return new Promise(() => {});
    };
    const [channel, accepted] = await Promise.all([
      TWO_WAY['IK-raw'](here),
      acceptPaymentChannel(there, offer()),
    ]);
    const clock = new ManualClock();
    const service = serveChannel(accepted as PaymentChannel, {
      self: payee.publicKey,
      peer: payerOf(accepted.session, (identity, options) => {
        clock.advance(20_000);
        return lookUp(identity, options);
      }),
      methods: new Set(['lightning']),
      generateReceipt: (request) => request,
      store: createMemoryReceiptStore(),
      clock,
    });
    expect(await paying(channel)).toBe('PAYKIT_PEER_UNAVAILABLE');
    await ended;
    await service;
    await accepted.close();
  });

  it.each(['IK', 'NN'] as const)('over %s names the payer the handshake has proven', async (pattern) => {
    expect(await pay(pattern, undefined, payee.publicKey)).toEqual({
      code: 'PAYKIT_REFUSED_BY_PEER',
      receipts: 0,
    });
  });
});

describe('a one-way request over N', () => {
  it('is noted as unverified, apart from receipts, and names nobody (P8 W-06) [S3.3]', async () => {
    const [here, there] = memoryStreamPair();
    const requests = createMemoryReceiptStore();
    const notes: unknown[] = [];
    const throwAway = createThrowAwayPayer();
    await Promise.all([
      openPaymentChannel(here, {}, { profile: N, remoteStatic }).then(async (sender) => {
        expect('receive' in sender).toBe(false);
        const provisional = createProvisionalReceipt({ payer: throwAway, payee: payee.publicKey, ...TERMS });
        await sendOneWayRequest(sender, provisional);
        await sender.close();
      }),
      acceptPaymentChannel(there, offerPatterns(payee, { profiles: [N] })).then(async (receiver) => {
        expect('send' in receiver).toBe(false);
        await serveOneWayChannel(receiver, {
          self: payee.publicKey,
          methods: new Set(['lightning']),
          requests,
          onNote: (note) => notes.push(note),
        });
        await receiver.close();
      }),
    ]);
    expect(notes).toMatchObject([{ outcome: 'noted', payerVerified: false }]);
    expect(requests.all().map(({ payer }) => payer)).toEqual([throwAway]);
  });

  it('uses a throw-away payer that is a fresh key each time', () => {
    const one = createThrowAwayPayer();
    expect(one.length).toBe(32);
    expect(one).not.toEqual(createThrowAwayPayer());
    const fixed = new Uint8Array(32).fill(7);
    expect(createThrowAwayPayer({ bytes: () => fixed.slice() })).toEqual(identityPublicKey(fixed));
  });
});

describe('openPaymentChannel', () => {
  it.each(['IK', 'IK-raw', 'KK', {}, null, 7])(
    'tells who passes %j that it is no profile',
    async (profile) => {
      const [here, there] = memoryStreamPair();
      const opening = openPaymentChannel(here, payer, { profile, remoteStatic } as never);
      await expect(opening).rejects.toBeInstanceOf(TypeError);
      // The message is what is mended here: the names of our own variables have no place in it.
      await expect(opening).rejects.not.toHaveProperty('message', expect.stringContaining('undefined'));
      await expect(there.read()).rejects.toBeDefined();
    },
  );
});

describe('offerPatterns', () => {
  it('takes profiles themselves and a policy, not names and settings', () => {
    const wrong = [{ profiles: ['IK'] }, { profiles: [] }, { policy: { off: {} } }];
    for (const options of wrong) expect(() => offerPatterns(payee, options as never)).toThrow(TypeError);
  });
});

describe('acceptPaymentChannel', () => {
  it('refuses a pattern that is not offered on its byte (P8 W-59)', async () => {
    const [here, there] = memoryStreamPair();
    const [, accepted] = await Promise.all([
      codeOf(openPaymentChannel(here, payer, { profile: IK_RAW, remoteStatic })),
      codeOf(acceptPaymentChannel(there, offerPatterns(payee, { profiles: [IK, NN] }))),
    ]);
    expect(accepted).toBe('TRANSPORT_PATTERN_REFUSED');
  });

  it('speaks legacy IK, never IK-raw, without the byte', async () => {
    const offer = offerPatterns(payee, { profiles: [IK_RAW, IK] });
    const [here, there] = memoryStreamPair();
    const [opened, accepted] = await Promise.all([
      openPaymentChannel(here, payer, { remoteStatic, patternByte: false }),
      acceptPaymentChannel(there, offer, { patternByte: false }),
    ]);
    expect(accepted.session.pattern).toBe('IK');
    await Promise.all([opened.close(), accepted.close()]);
  });

  it('closes the stream it has taken, whatever is wrong with the rest', async () => {
    const wrong: [string, (stream: ByteStream) => Promise<unknown>][] = [
      ['no identity', (stream) => openPaymentChannel(stream, undefined as never, { remoteStatic })],
      ['no options', (stream) => openPaymentChannel(stream, payer, undefined as never)],
      ['a weak key', (stream) => openPaymentChannel(stream, payer, { remoteStatic: new Uint8Array(32) })],
      [
        'an offer that throws',
        (stream) =>
          acceptPaymentChannel(
            stream,
            () => {
              throw new Error('no');
            },
            { patternByte: false },
          ),
      ],
    ];
    for (const [name, take] of wrong) {
      const [here, there] = memoryStreamPair();
      expect(await codeOf(take(here)), name).toBeDefined();
      await expect(there.read(), name).rejects.toBeDefined();
    }
  });

  it('refuses legacy IK where IK is not offered', async () => {
    const [, there] = memoryStreamPair();
    const accepting = acceptPaymentChannel(there, offerPatterns(payee, { profiles: [NN] }), {
      patternByte: false,
    });
    expect(await codeOf(accepting)).toBe('TRANSPORT_PATTERN_REFUSED');
  });

  it('ends NN for a server of another identity, before it says who asks', async () => {
    const [here, there] = memoryStreamPair();
    const stranger = createPaymentIdentity(new Uint8Array(32).fill(3));
    const [opened, accepted] = await Promise.all([
      codeOf(openPaymentChannel(here, payer, { profile: NN, expectedIdentity: payee.publicKey })),
      codeOf(acceptPaymentChannel(there, offerPatterns(stranger, { profiles: [NN] }))),
    ]);
    expect(opened).toBe('PATTERNS_ATTESTATION_WRONG_IDENTITY');
    expect(accepted).toMatch(/^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/);
  });
});

describe('the attestation of the session and that of the messages', () => {
  it('are the same bytes (P8 §2.2)', () => {
    const [publicKey, signature] = [payer.publicKey, new Uint8Array(64).fill(5)];
    const bytes = encodeMessage({ type: 'Attestation', publicKey, signature });
    expect(encodeAttestation({ identity: publicKey, signature })).toEqual(bytes);
    expect(decodeAttestation(bytes)).toEqual({ identity: publicKey, signature });
    expect(decodeMessage(encodeAttestation({ identity: publicKey, signature }))).toEqual({
      type: 'Attestation',
      publicKey,
      signature,
    });
  });
});
