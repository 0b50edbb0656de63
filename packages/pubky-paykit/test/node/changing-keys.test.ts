import { describe, expect, it } from 'vitest';
import {
  createMemoryReceiptStore,
  createProvisionalReceipt,
  deriveNoiseKeyPair,
  hex,
  IK,
  IK_RAW,
  type KeyPair,
  type ListeningIdentity,
  type LogFields,
  type Logger,
  N,
  openPaymentChannel,
  type Profile,
  requestReceipt,
  type SessionFacts,
  sendOneWayRequest,
  XX,
} from '../../src/index.ts';
import {
  connectTcp,
  type ListenForPaymentsOptions,
  listenForPayments,
  type TcpServer,
} from '../../src/node.ts';
import { codeOf, payeeIdentity, payerIdentity, TERMS } from '../peers.ts';

const { publicKey, signer } = payeeIdentity();
const keyOf = (epoch: number): KeyPair => deriveNoiseKeyPair(new Uint8Array(32).fill(2), `shop#${epoch}`);
const [first, second, third] = [keyOf(1), keyOf(2), keyOf(3)];
const PROFILES: readonly Profile[] = [IK, IK_RAW, N];

/** A shop whose keys a test changes while it listens. */
async function openShop(
  start: ListeningIdentity | undefined,
  options: Partial<ListenForPaymentsOptions> = {},
) {
  let identity = start;
  let reads = 0;
  const sessions: SessionFacts[] = [];
  const failures: unknown[] = [];
  const noted: (() => void)[] = [];
  const warn = (_: string, { error }: LogFields = {}): void => void failures.push(error);
  const logger: Logger = { debug() {}, info() {}, warn, error: warn };
  const server: TcpServer = await listenForPayments({
    identity: async () => {
      reads += 1;
      return identity;
    },
    port: 0,
    methods: new Set(['lightning']),
    generateReceipt: (request) => request,
    store: createMemoryReceiptStore(),
    patterns: { profiles: [...PROFILES, XX], allowStatic: 'anyone' },
    lookUpNoiseKeys: () => [payerIdentity().noiseKey.publicKey],
    oneWay: { requests: createMemoryReceiptStore(), onNote: () => noted.shift()?.() },
    onSession: (session) => sessions.push(session),
    logger,
    limits: { newConnectionsPerMinutePerIp: 1_000 },
    ...options,
  });
  const dial = async (profile: Profile, rules: object) => {
    const stream = await connectTcp({ host: '127.0.0.1', port: server.port });
    const { noiseKey, signer } = payerIdentity();
    return openPaymentChannel(stream, { noiseKey, signer }, { profile, ...rules } as never);
  };
  return {
    server,
    sessions,
    failures,
    reads: () => reads,
    become(now: ListeningIdentity | undefined) {
      identity = now;
    },
    /** The code of what came of a payment to a key; undefined for one that was taken. */
    pay: (profile: Profile, remoteStatic: KeyPair) =>
      codeOf(
        (async () => {
          const noting = new Promise<void>((resolve) => noted.push(resolve));
          const channel = await dial(profile, { remoteStatic: remoteStatic.publicKey });
          const terms = { payer: payerIdentity().publicKey, payee: publicKey, ...TERMS };
          const request = createProvisionalReceipt(terms);
          try {
            if ('receive' in channel) {
              await requestReceipt(channel, request, { store: createMemoryReceiptStore() });
            } else {
              await sendOneWayRequest(channel as never, request);
              await noting;
            }
          } finally {
            await (channel as { close(): Promise<void> }).close();
          }
        })(),
      ),
    /** What XX shows. */
    async shown(): Promise<string> {
      let shown = '';
      const verifyStatic = (key: Uint8Array): boolean => {
        shown = hex.encode(key);
        return true;
      };
      const channel = await dial(XX, { trust: { verifyStatic } });
      await (channel as { close(): Promise<void> }).close();
      return shown;
    },
  };
}

const BROKEN_OFF = /^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/;

describe('the keys of listenForPayments', () => {
  it.each([IK, IK_RAW, N] as const)(
    'take who dials a former one over $name, and say so [O4]',
    async (profile) => {
      const shop = await openShop({ publicKey, noiseKey: second, formerNoiseKeys: [first] });
      expect(await shop.pay(profile, second)).toBeUndefined();
      expect(await shop.pay(profile, first)).toBeUndefined();
      await shop.server.close();
      expect(shop.sessions.map(({ formerKeyUsed }) => formerKeyUsed)).toEqual([false, true]);
    },
  );

  it('change with the next connection, without a restart [O4]', async () => {
    const shop = await openShop({ publicKey, noiseKey: first });
    expect(await shop.pay(IK, first)).toBeUndefined();
    shop.become({ publicKey, noiseKey: second, formerNoiseKeys: [first] });
    for (const key of [second, first]) {
      for (const profile of [IK, IK_RAW]) expect(await shop.pay(profile, key)).toBeUndefined();
    }
    expect(await shop.shown()).toBe(hex.encode(second.publicKey));
    // The overlap is over, or the key is revoked.
    shop.become({ publicKey, noiseKey: second });
    for (const profile of [IK, IK_RAW]) expect(await shop.pay(profile, first)).toMatch(BROKEN_OFF);
    expect(await shop.pay(IK, second)).toBeUndefined();
    await shop.server.close();
    expect(shop.failures).toEqual(['NOISE_DECRYPT_FAILED', 'NOISE_DECRYPT_FAILED']);
    // Once for the start, and once for each of nine connections.
    expect(shop.reads()).toBe(10);
  });

  it('are all refused while there is none, and taken again with the next one', async () => {
    const shop = await openShop({ publicKey, noiseKey: first });
    shop.become(undefined);
    expect(await shop.pay(IK, first)).toMatch(BROKEN_OFF);
    shop.become({ publicKey, noiseKey: third });
    expect(await shop.pay(IK, third)).toBeUndefined();
    await shop.server.close();
    expect(shop.failures).toEqual(['TRANSPORT_PATTERN_REFUSED']);
  });

  it('of somebody else end the connection, and not the server', async () => {
    const shop = await openShop({ publicKey, noiseKey: first });
    const { publicKey: other } = payerIdentity();
    shop.become({ publicKey: other, noiseKey: first, signer });
    expect(await shop.pay(IK, first)).toMatch(BROKEN_OFF);
    shop.become({ publicKey, noiseKey: first });
    expect(await shop.pay(IK, first)).toBeUndefined();
    await shop.server.close();
    expect(shop.failures).toEqual(['unknown']);
  });

  it('that cannot be read end the connection, with the code in the log [F3]', async () => {
    let broken = false;
    const failure = Object.assign(new Error('busy'), { code: 'STORE_BUSY', retryable: true });
    const identity = async (): Promise<ListeningIdentity> => {
      if (broken) throw failure;
      return { publicKey, noiseKey: first };
    };
    const shop = await openShop(undefined, { identity });
    broken = true;
    expect(await shop.pay(IK, first)).toMatch(BROKEN_OFF);
    broken = false;
    expect(await shop.pay(IK, first)).toBeUndefined();
    await shop.server.close();
    expect(shop.failures).toEqual(['STORE_BUSY']);
  });

  it('are read for peers of 0.8 as well, who send no byte', async () => {
    const shop = await openShop(
      { publicKey, noiseKey: second, formerNoiseKeys: [first] },
      { patterns: { profiles: [IK] }, channel: { patternByte: false } },
    );
    const stream = await connectTcp({ host: '127.0.0.1', port: shop.server.port });
    const legacy = { remoteStatic: first.publicKey, patternByte: false };
    const channel = await openPaymentChannel(stream, payerIdentity(), legacy);
    const terms = { payer: payerIdentity().publicKey, payee: publicKey, ...TERMS };
    const request = createProvisionalReceipt(terms);
    expect((await requestReceipt(channel, request, { store: createMemoryReceiptStore() })).amount).toBe(
      '1000',
    );
    await channel.close();
    await shop.server.close();
  });
});
