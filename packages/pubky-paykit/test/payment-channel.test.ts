import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  acceptPaymentChannel,
  createMemoryReceiptStore,
  createPaymentIdentity,
  createProvisionalReceipt,
  hex,
  type IK,
  memoryStreamPair,
  type OfferPatternsOptions,
  type OpenPaymentChannelOptions,
  offerPatterns,
  openPaymentChannel,
  type PaymentChannel,
  type PaymentChannelOptions,
  requestReceipt,
  serveChannel,
} from '../src/index.ts';
import { codeOf, payeeIdentity, payerIdentity, TERMS } from './peers.ts';

type Options = {
  readonly open?: Partial<OpenPaymentChannelOptions>;
  readonly accept?: PaymentChannelOptions;
  readonly offer?: OfferPatternsOptions<readonly [typeof IK]>;
};

async function channels(options: Options = {}): Promise<[PaymentChannel, PaymentChannel]> {
  const [here, there] = memoryStreamPair();
  const payee = payeeIdentity();
  const remoteStatic = payee.noiseKey.publicKey;
  return Promise.all([
    openPaymentChannel(here, payerIdentity(), { remoteStatic, ...options.open }),
    acceptPaymentChannel(there, offerPatterns(payee, options.offer), options.accept),
  ]);
}

/** Both ends at once, so that neither failure goes unhandled. */
async function codes(options: Options, remoteStatic?: Uint8Array): Promise<(string | undefined)[]> {
  const [here, there] = memoryStreamPair();
  const payee = payeeIdentity();
  return Promise.all([
    codeOf(
      openPaymentChannel(here, payerIdentity(), {
        remoteStatic: remoteStatic ?? payee.noiseKey.publicKey,
        ...options.open,
      }),
    ),
    codeOf(acceptPaymentChannel(there, offerPatterns(payee, options.offer), options.accept)),
  ]);
}

describe('openPaymentChannel and acceptPaymentChannel', () => {
  it('agree on a session and prove the payer to the payee [S3.1] [F1]', async () => {
    const [payer, payee] = await channels();
    expect(hex.encode(payer.session.id)).toBe(hex.encode(payee.session.id));
    expect(payee.session.remoteIdentity).toEqual(payerIdentity().publicKey);
    expect(payer.session.remoteStatic).toEqual(payeeIdentity().noiseKey.publicKey);
    expect(payer.session.remoteIdentity).toBeUndefined();
    await Promise.all([payer.close(), payee.close()]);
  });

  it('speak to 0.8 peers without the negotiation byte', async () => {
    const [payer, payee] = await channels({ open: { patternByte: false }, accept: { patternByte: false } });
    await payer.send({ type: 'Ack' });
    expect(await payee.receive()).toEqual({ type: 'Ack' });
    await Promise.all([payer.close(), payee.close()]);
  });

  it('leave the session unconfirmed until the payer has sent a message, W-15', async () => {
    const [payer, payee] = await channels();
    expect(payee.session.confirmed).toBe(false);
    await payer.send({ type: 'Ack' });
    await payee.receive();
    expect(payee.session.confirmed).toBe(true);
    await Promise.all([payer.close(), payee.close()]);
  });

  it('refuse a payer who is not on the list', async () => {
    const [, accepted] = await codes({ offer: { allowIdentity: [payeeIdentity().publicKey] } });
    expect(accepted).toBe('PATTERNS_IDENTITY_REFUSED');
  });

  it('fail for a payer who dials another key', async () => {
    const stranger = createPaymentIdentity(new Uint8Array(32).fill(3)).noiseKey.publicKey;
    const [, accepted] = await codes({}, stranger);
    expect(accepted).toBe('NOISE_DECRYPT_FAILED');
  });

  it('refuse a low-order key before anything is sent [S4.1]', async () => {
    const [here, there] = memoryStreamPair();
    const opened = openPaymentChannel(here, payerIdentity(), { remoteStatic: new Uint8Array(32) });
    expect(await codeOf(opened)).toBe('PATTERNS_WEAK_KEY');
    expect(await codeOf(acceptPaymentChannel(there, offerPatterns(payeeIdentity())))).toMatch(/^TRANSPORT_/);
  });

  it('refuse any byte but that of IK, W-59', async () => {
    const [here, there] = memoryStreamPair();
    await here.write(Uint8Array.of(0x02, 0, 0, 0, 48));
    expect(await codeOf(acceptPaymentChannel(there, offerPatterns(payeeIdentity())))).toBe(
      'TRANSPORT_PATTERN_REFUSED',
    );
  });

  it('show no secret in any rendering [S1.1]', async () => {
    const seed = new Uint8Array(32).fill(0x5a);
    const identity = createPaymentIdentity(seed);
    const [payer, payee] = await channels();
    const shown = [identity, payer, payee]
      .map((value) => inspect(value, { depth: 9, showHidden: true }))
      .join();
    expect(shown).not.toContain('5a5a5a');
    expect(shown).not.toContain('90, 90, 90');
    await Promise.all([payer.close(), payee.close()]);
  });
});

describe('a payment', () => {
  it('ends with the same receipt stored on both sides [F1] [P2]', async () => {
    const [payerChannel, payeeChannel] = await channels();
    const [payer, payee] = [payerIdentity(), payeeIdentity()];
    const [payerStore, payeeStore] = [createMemoryReceiptStore(), createMemoryReceiptStore()];
    const serving = serveChannel(payeeChannel, {
      self: payee.publicKey,
      peer: payeeChannel.session.remoteIdentity as Uint8Array,
      methods: new Set(['lightning']),
      generateReceipt: (request) => ({ ...request, metadata: { invoice: 'lnbc1' } }),
      store: payeeStore,
    });
    const provisional = createProvisionalReceipt({
      payer: payer.publicKey,
      payee: payee.publicKey,
      ...TERMS,
    });
    const receipt = await requestReceipt(payerChannel, provisional, { store: payerStore });
    expect(receipt.metadata).toEqual({ invoice: 'lnbc1' });
    await payerChannel.close();
    await serving;
    await payeeChannel.close();
    expect(payerStore.all()).toEqual([receipt]);
    expect(payeeStore.all()).toEqual([receipt]);
  });
});

describe('createPaymentIdentity', () => {
  it('gives the keys of the 0.8 vectors [S3.1]', () => {
    const identity = payerIdentity();
    expect(hex.encode(identity.publicKey)).toBe(
      '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    );
    expect(hex.encode(identity.noiseKey.publicKey)).toBe(
      '04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426',
    );
  });

  it('cannot be used once it is destroyed [S1.4]', async () => {
    const identity = payerIdentity();
    identity.destroy();
    identity.destroy();
    expect(await codeOf(identity.signer.sign(new Uint8Array(32)))).toBe('PATTERNS_SIGNER_DESTROYED');
    const [here] = memoryStreamPair();
    const remoteStatic = payeeIdentity().noiseKey.publicKey;
    expect(await codeOf(openPaymentChannel(here, identity, { remoteStatic }))).toMatch(/DESTROYED$/);
  });
});
