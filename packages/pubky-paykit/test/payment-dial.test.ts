import { describe, expect, it } from 'vitest';
import {
  type AnySession,
  acceptPaymentChannel,
  createMemoryPinStore,
  createPatternPolicy,
  type DialledPayee,
  type DialPayeeOptions,
  dialPayee,
  IK,
  IK_RAW,
  memoryStreamPair,
  N,
  NN,
  offerPatterns,
  openPaymentChannel,
  type PaymentChannelOf,
  type Telemetry,
  XX,
} from '../src/index.ts';
import { codeOf, payeeIdentity, payerIdentity } from './peers.ts';

const payer = payerIdentity();
const payee = payeeIdentity();
const offer = offerPatterns(payee, { profiles: [IK, IK_RAW, N, NN, XX], allowStatic: 'anyone' });

/** Dials the payee over a memory stream, and returns both ends. */
async function dialled(
  options: Partial<DialPayeeOptions> = {},
  identity: Parameters<typeof dialPayee>[0] = payer,
): Promise<DialledPayee & { readonly accepted: PaymentChannelOf<AnySession> }> {
  const [here, there] = memoryStreamPair();
  const [result, accepted] = await Promise.all([
    dialPayee(identity, { peer: { name: 'shop' }, connect: async () => here, ...options }),
    acceptPaymentChannel(there, offer),
  ]);
  await Promise.all([result.channel.close(), accepted.close()]);
  return { ...result, accepted };
}

describe('dialPayee', () => {
  it('upgrades from XX to IK, and to IK-raw without a signer [S3.3] [F1]', async () => {
    const pins = createMemoryPinStore();
    const { publicKey, noiseKey } = payer;
    const patterns = [
      (await dialled({ pins })).selection.pattern,
      (await dialled({ pins })).selection.pattern,
      (await dialled({ pins }, { publicKey, noiseKey })).selection.pattern,
    ];
    expect(patterns).toEqual(['XX', 'IK', 'IK-raw']);
  });

  it('names as payer who the payee will see proven, and a throw-away key for the unnamed (P8 W-06)', async () => {
    const verifiedStatic = payee.noiseKey.publicKey;
    const peer = { name: 'shop', verifiedStatic, identity: payee.publicKey };
    expect((await dialled({ peer })).payer).toEqual(payer.publicKey);

    const twoWay = await dialled({ peer, anonymous: true });
    expect(twoWay.selection.pattern).toBe('NN');
    expect(twoWay.accepted.session.remoteIdentity).toEqual(twoWay.payer);
    expect(twoWay.payer).not.toEqual(payer.publicKey);

    const oneWay = await dialled({ peer, anonymous: true, answerNeeded: false });
    expect(oneWay.selection.pattern).toBe('N');
    expect('receive' in oneWay.channel).toBe(false);
    expect(oneWay.payer).not.toEqual(payer.publicKey);
  });

  it('says that a pinned key may have changed, and shows both keys by XX (P8 W-16)', async () => {
    const pins = createMemoryPinStore();
    await dialled({ pins });
    const changed = offerPatterns(payerIdentity(), { profiles: [IK, XX], allowStatic: 'anyone' });
    const [code] = await Promise.all(
      ((): [Promise<string | undefined>, Promise<unknown>] => {
        const [here, there] = memoryStreamPair();
        return [
          codeOf(dialPayee(payer, { peer: { name: 'shop' }, pins, connect: async () => here })),
          codeOf(acceptPaymentChannel(there, changed)),
        ];
      })(),
    );
    expect(code).toBe('PATTERNS_PIN_SUSPECT');
    const [here, there] = memoryStreamPair();
    const trust = { trustOnFirstUse: pins, peer: 'shop' };
    const [shown] = await Promise.all([
      codeOf(openPaymentChannel(here, payer, { profile: XX, trust })),
      codeOf(acceptPaymentChannel(there, changed)),
    ]);
    expect(shown).toBe('PATTERNS_PIN_CHANGED');
  });

  it('connects to nobody whom it may not dial', async () => {
    let connections = 0;
    const connect = async () => {
      connections += 1;
      return memoryStreamPair()[0];
    };
    const peer = { name: 'shop' };
    expect(await codeOf(dialPayee(payer, { peer, connect }))).toBe('PATTERNS_TRUST_MISSING');
    const policy = createPatternPolicy({ off: { initiator: ['XX'] } });
    const pins = createMemoryPinStore();
    expect(await codeOf(dialPayee(payer, { peer, pins, policy, connect }))).toBe(
      'PATTERNS_NO_PATTERN_ALLOWED',
    );
    expect(connections).toBe(0);
  });

  it('passes on what connecting fails with', async () => {
    const connect = () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
    const dialling = dialPayee(payer, { peer: { name: 'shop' }, pins: createMemoryPinStore(), connect });
    expect(await codeOf(dialling)).toBe('ECONNREFUSED');
  });

  it('gives up connecting when it is cancelled, and aborts a stream that comes too late [T2]', async () => {
    const options = { peer: { name: 'shop' }, pins: createMemoryPinStore() };
    const before = AbortSignal.abort();
    let connections = 0;
    const never = async () => {
      connections += 1;
      return memoryStreamPair()[0];
    };
    expect(await codeOf(dialPayee(payer, { ...options, signal: before, connect: never }))).toBe(
      'TRANSPORT_ABORTED',
    );
    expect(connections).toBe(0);

    const controller = new AbortController();
    const [here, there] = memoryStreamPair();
    let deliver = (): void => {};
    const dialling = dialPayee(payer, {
      ...options,
      signal: controller.signal,
      connect: ({ signal }) => {
        expect(signal).toBe(controller.signal);
        controller.abort();
        return new Promise((resolve) => {
          deliver = () => resolve(here);
        });
      },
    });
    expect(await codeOf(dialling)).toBe('TRANSPORT_ABORTED');
    deliver();
    await expect(there.read()).rejects.toBeDefined();
  });

  it('counts no failed handshake where nobody could be reached [M1]', async () => {
    const counted: string[] = [];
    const telemetry: Telemetry = {
      count: (name) => counted.push(name),
      record() {},
      span: () => ({ end() {} }),
    };
    const connect = () => Promise.reject(new Error('refused'));
    const options = { peer: { name: 'shop' }, pins: createMemoryPinStore(), telemetry, connect };
    await codeOf(dialPayee(payer, options));
    expect(counted).toEqual([]);
  });

  it('measures by pattern, outcome and arm, and never by peer [O6] [M1]', async () => {
    const counted: unknown[] = [];
    const telemetry: Telemetry = {
      count: (name, value, attributes) => counted.push([name, value, attributes]),
      record() {},
      span: () => ({ end() {} }),
    };
    const policy = createPatternPolicy({
      experiment: { name: 'first', arms: [{ name: 'attest', weight: 1, prefer: 'NN' }] },
    });
    const peer = { name: 'shop', identity: payee.publicKey };
    await dialled({ peer, policy, telemetry, pins: createMemoryPinStore() });
    expect(counted).toEqual([
      [
        'patterns.handshakes',
        1,
        { pattern: 'NN', role: 'initiator', outcome: 'ok', experiment: 'first', arm: 'attest' },
      ],
    ]);
    expect(JSON.stringify(counted)).not.toContain('shop');
  });

  it('follows a switch at the payee: a pattern that is off is refused on its byte [O2]', async () => {
    const policy = createPatternPolicy();
    const switched = offerPatterns(payee, { profiles: [IK], policy });
    policy.update({ off: { responder: ['IK'] } });
    const [here, there] = memoryStreamPair();
    const peer = { name: 'shop', verifiedStatic: payee.noiseKey.publicKey };
    const [, accepted] = await Promise.all([
      codeOf(dialPayee(payer, { peer, connect: async () => here })),
      codeOf(acceptPaymentChannel(there, switched)),
    ]);
    expect(accepted).toBe('TRANSPORT_PATTERN_REFUSED');
  });
});
