import { connect } from 'node:net';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  type Clock,
  createMemoryPinStore,
  createMemoryReceiptStore,
  createProvisionalReceipt,
  dialPayee,
  hex,
  IK,
  IK_RAW,
  type LogFields,
  type Logger,
  type MemoryReceiptStore,
  N,
  NN,
  openPaymentChannel,
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

interface Shop {
  readonly server: TcpServer;
  readonly store: MemoryReceiptStore;
}

async function openShop(options: Partial<ListenForPaymentsOptions> = {}): Promise<Shop> {
  const store = createMemoryReceiptStore();
  const server = await listenForPayments({
    identity: payeeIdentity(),
    port: 0,
    methods: new Set(['lightning']),
    generateReceipt: (request) => request,
    store,
    limits: { newConnectionsPerMinutePerIp: 1000 },
    ...options,
  });
  return { server, store };
}

async function pay({ server }: Shop, payee = payeeIdentity().publicKey) {
  const payer = payerIdentity();
  const stream = await connectTcp({ host: '127.0.0.1', port: server.port });
  const remoteStatic = payeeIdentity().noiseKey.publicKey;
  const channel = await openPaymentChannel(stream, payer, { remoteStatic });
  try {
    const provisional = createProvisionalReceipt({ payer: payer.publicKey, payee, ...TERMS });
    return await requestReceipt(channel, provisional, { store: createMemoryReceiptStore() });
  } finally {
    await channel.close();
  }
}

/** Connects, writes bytes as they are, and resolves once the server has closed the connection. */
function disturb(port: number, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.end(bytes));
    socket.resume();
    socket.once('close', () => resolve());
    socket.once('error', reject);
  });
}

describe('listenForPayments', () => {
  it('confirms a payment over TCP [F1]', async () => {
    const shop = await openShop();
    const receipt = await pay(shop);
    expect(shop.store.all()).toEqual([receipt]);
    await shop.server.close();
  });

  it('serves 20 payers at once [T5]', async () => {
    const shop = await openShop({
      limits: { newConnectionsPerMinutePerIp: 1000, maxConnectionsPerIp: 1000 },
    });
    const receipts = await Promise.all(Array.from({ length: 20 }, () => pay(shop)));
    expect(new Set(receipts.map(({ receiptId }) => receiptId)).size).toBe(20);
    expect(shop.store.all()).toHaveLength(20);
    await shop.server.close();
  });

  it('goes on after garbage, early ends and cut handshakes, W-07 [T5]', async () => {
    const shop = await openShop();
    const { port } = shop.server;
    await disturb(port, new Uint8Array(0));
    await disturb(port, Uint8Array.of(0x00));
    await disturb(port, Uint8Array.of(0x07, 1, 2, 3));
    await disturb(port, Uint8Array.of(0x00, 0xff, 0xff, 0xff, 0xff));
    await disturb(port, Uint8Array.of(0x00, 0, 0, 0, 96, ...new Uint8Array(96)));
    expect((await pay(shop)).methodId).toBe('lightning');
    await shop.server.close();
  });

  it('refuses a request for another payee, W-18', async () => {
    const shop = await openShop();
    expect(await codeOf(pay(shop, payerIdentity().publicKey))).toBe('PAYKIT_REFUSED_BY_PEER');
    expect(shop.store.all()).toEqual([]);
    await shop.server.close();
  });

  it('finishes the answer it is working on before it closes, and logs no failure [T6]', async () => {
    const warnings: string[] = [];
    const logger: Logger = { debug() {}, info() {}, warn: (message) => warnings.push(message), error() {} };
    let generating = (): void => {};
    const started = new Promise<void>((resolve) => {
      generating = resolve;
    });
    let finish = (): void => {};
    const allowed = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const shop = await openShop({
      logger,
      generateReceipt: async (request) => {
        generating();
        await allowed;
        return request;
      },
    });
    const paying = pay(shop);
    await started;
    const closing = shop.server.close();
    finish();
    const receipt = await paying;
    await closing;
    expect(shop.store.all()).toEqual([receipt]);
    expect(warnings).toEqual([]);
  });

  it('closes at once while payers are connected and silent [T6]', async () => {
    const shop = await openShop();
    const stream = await connectTcp({ host: '127.0.0.1', port: shop.server.port });
    const remoteStatic = payeeIdentity().noiseKey.publicKey;
    const channel = await openPaymentChannel(stream, payerIdentity(), { remoteStatic });
    const leaving = channel.receive().then(async (message) => {
      await channel.close();
      return message;
    });
    await shop.server.close();
    expect(await leaving).toBeUndefined();
  });

  it('uses the clock and the signal of its channel options', async () => {
    const manual = new ManualClock();
    let tellArmed = (): void => {};
    const armed = new Promise<void>((resolve) => {
      tellArmed = resolve;
    });
    const clock: Clock = {
      now: () => manual.now(),
      schedule(delayMs, callback) {
        tellArmed();
        return manual.schedule(delayMs, callback);
      },
    };
    const shop = await openShop({ channel: { clock, limits: { handshakeTimeoutMs: 5_000 } } });
    const stream = await connectTcp({ host: '127.0.0.1', port: shop.server.port });
    // Only a timer on the given clock can end a handshake that never begins.
    await armed;
    manual.advance(5_000);
    expect(await stream.read()).toBeUndefined();
    stream.abort();
    await shop.server.close();
  });

  it('logs no secret at any level [C2]', async () => {
    const lines: string[] = [];
    const log = (message: string, fields?: LogFields): void =>
      void lines.push(JSON.stringify({ message, ...fields }));
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const shop = await openShop({ logger });
    await pay(shop);
    await shop.server.close();
    expect(lines.length).toBeGreaterThan(0);
    const secrets = ['0101010101', '0202020202', Buffer.from(new Uint8Array(32).fill(1)).toString('base64')];
    for (const secret of secrets) expect(lines.join('\n')).not.toContain(secret);
  });

  it('tells of a payer only once its first message has come (N8 W-28, P8 W-15)', async () => {
    const sessions: SessionFacts[] = [];
    const shop = await openShop({ onSession: (session) => sessions.push(session) });
    const silent = await connectTcp({ host: '127.0.0.1', port: shop.server.port });
    const remoteStatic = payeeIdentity().noiseKey.publicKey;
    const channel = await openPaymentChannel(silent, payerIdentity(), { remoteStatic });
    await pay(shop);
    expect(sessions.map(({ confirmed }) => confirmed)).toEqual([true]);
    await channel.close();
    await shop.server.close();
    expect(sessions).toHaveLength(1);
  });

  it('serves every pattern it offers, and confirms only payers it can verify [S3.1] (P8 W-05)', async () => {
    const published = new Map([[hex.encode(payerIdentity().publicKey), payerIdentity().noiseKey.publicKey]]);
    const requests = createMemoryReceiptStore();
    let tellNoted = (): void => {};
    const noted = new Promise<void>((resolve) => {
      tellNoted = resolve;
    });
    const shop = await openShop({
      patterns: { profiles: [IK, IK_RAW, N, NN, XX], allowStatic: 'anyone' },
      lookUpNoiseKeys: (identity) => [published.get(hex.encode(identity)) ?? []].flat(),
      oneWay: { requests, onNote: () => tellNoted() },
    });
    const { port } = shop.server;
    const connect = () => connectTcp({ host: '127.0.0.1', port });
    const { publicKey, noiseKey } = payerIdentity();
    const peer = { name: 'shop', identity: payeeIdentity().publicKey };
    const verified = { ...peer, verifiedStatic: payeeIdentity().noiseKey.publicKey };
    const pins = createMemoryPinStore();
    const patterns: string[] = [];
    for (const [identity, options] of [
      [payerIdentity(), { peer: verified }],
      [{ publicKey, noiseKey }, { peer: verified }],
      [payerIdentity(), { peer, pins }],
      [payerIdentity(), { peer: verified, anonymous: true }],
      [payerIdentity(), { peer: verified, anonymous: true, answerNeeded: false }],
    ] as const) {
      const { channel, selection, payer } = await dialPayee(identity, { connect, ...options });
      patterns.push(selection.pattern);
      const payee = payeeIdentity().publicKey;
      const provisional = createProvisionalReceipt({ payer, payee, ...TERMS });
      if ('receive' in channel) {
        await requestReceipt(channel, provisional, { store: createMemoryReceiptStore() });
      } else {
        await sendOneWayRequest(channel, provisional);
      }
      await channel.close();
    }
    // Nobody is told that a one-way request has arrived: its payer had left long ago.
    await noted;
    await shop.server.close();
    expect(patterns).toEqual(['IK', 'IK-raw', 'XX', 'NN', 'N']);
    expect(shop.store.all()).toHaveLength(4);
    expect(requests.all()).toHaveLength(1);
  });

  it('needs no signer for patterns that sign nothing at the payee [S1.3]', async () => {
    const { publicKey, noiseKey } = payeeIdentity();
    const shop = await openShop({ identity: { publicKey, noiseKey } });
    expect((await pay(shop)).methodId).toBe('lightning');
    await shop.server.close();
    const nn = openShop({ identity: { publicKey, noiseKey }, patterns: { profiles: [NN] } });
    await expect(nn).rejects.toBeInstanceOf(TypeError);
  });

  it('refuses to listen without the byte for anything but IK', async () => {
    for (const profiles of [[NN], [IK, IK_RAW]]) {
      const opening = openShop({ patterns: { profiles }, channel: { patternByte: false } });
      await expect(opening).rejects.toBeInstanceOf(TypeError);
    }
  });

  it('closes at once though its channel options name a signal of their own [T6]', async () => {
    const channelOptions = { signal: undefined } as object;
    const shop = await openShop({ channel: channelOptions });
    const stream = await connectTcp({ host: '127.0.0.1', port: shop.server.port });
    const gone = stream.read().catch(() => undefined);
    await shop.server.close();
    expect(await gone).toBeUndefined();
    stream.abort();
  });

  it('refuses to note one-way requests among receipts (P8 W-06)', async () => {
    const store = createMemoryReceiptStore();
    const opening = openShop({ store, oneWay: { requests: store }, patterns: { profiles: [IK, N] } });
    await expect(opening).rejects.toBeInstanceOf(TypeError);
  });

  it('refuses to offer N without a place for its requests, and rules that a pattern would bypass', async () => {
    for (const patterns of [
      { profiles: [IK, N] },
      { profiles: [IK, IK_RAW], allowIdentity: [payerIdentity().publicKey] },
      { profiles: [XX] },
    ]) {
      await expect(openShop({ patterns })).rejects.toBeInstanceOf(TypeError);
    }
  });
});
