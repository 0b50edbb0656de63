import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { spawnPeer } from './spawned.mjs';

const SEEDS = { payer: '01'.repeat(32), payee: '02'.repeat(32) };
const IDENTITIES = {
  payer: '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
  payee: '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
};
const STATICS = {
  payer: '04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426',
  payee: '2b092dbb9be545dbdd4225cd2ae06fe3bd1b3661e8c8b4d493b2974acc893f76',
};
const DEVICES = { payer: 'client-dev', payee: 'server-dev' };

type Name = keyof typeof SEEDS;

const numbers = (key: string): number[] => [...Buffer.from(key, 'hex')];

function request(payer: Name, payee: Name): string {
  const receipt = {
    receipt_id: 'receipt-1',
    payer: numbers(IDENTITIES[payer]),
    payee: numbers(IDENTITIES[payee]),
    method_id: 'lightning',
    amount: '1000',
    currency: 'SAT',
    created_at: 1733356800,
    metadata: {},
  };
  return JSON.stringify({ type: 'RequestReceipt', payload: { provisional_receipt: receipt } });
}

const own = (name: Name): string[] => ['--pattern', 'ik', '--seed', SEEDS[name], '--device', DEVICES[name]];

async function connectPair(responder: string[], initiator: string[], env: Record<string, string> = {}) {
  const server = spawnPeer(['--role', 'responder', '--listen', '127.0.0.1:0', ...responder], env);
  const { port } = await server.event('listening');
  const client = spawnPeer(['--role', 'initiator', '--connect', `127.0.0.1:${port}`, ...initiator], env);
  const [clientEnd, serverEnd] = await Promise.all([client.ended, server.ended]);
  return { client: clientEnd as Ended, server: serverEnd as Ended };
}

interface Ended {
  readonly code: number;
  readonly complaint: string;
  readonly events: readonly Record<string, unknown>[];
}

const named = (end: Ended, name: string) => end.events.find(({ event }) => event === name);

describe('peer.mjs', () => {
  // Two processes run the built packages; the first call builds them.
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it.each([
    ['payer', 'payee'],
    ['payee', 'payer'],
  ] as const)('%s pays %s with IK [S3.1] [F1]', async (payer, payee) => {
    const { client, server } = await connectPair(own(payee), [
      ...own(payer),
      '--peer-static',
      STATICS[payee],
      '--send',
      request(payer, payee),
      '--exit-after',
      '1',
    ]);
    expect([client.code, server.code]).toEqual([0, 0]);
    expect(named(client, 'handshake')).toMatchObject({
      remote_static: STATICS[payee],
      remote_identity: null,
    });
    expect(named(server, 'handshake')).toMatchObject({
      pattern: 'ik',
      remote_static: STATICS[payer],
      remote_identity: IDENTITIES[payer],
      session_id: named(client, 'handshake')?.['session_id'],
    });
    expect(named(client, 'message')).toMatchObject({ message: { type: 'ConfirmReceipt' } });
    expect(client.events.at(-1)).toEqual({ event: 'closed' });
    expect(server.events.at(-1)).toEqual({ event: 'closed' });
  });

  it('gives the session id of the 0.8 vector with its ephemerals and no extension', async () => {
    const server = spawnPeer(
      ['--role', 'responder', '--listen', '127.0.0.1:0', ...own('payee'), '--ephemeral', '22'.repeat(32)],
      { PAYKIT_TESTING: '1' },
    );
    const { port } = await server.event('listening');
    const client = spawnPeer(
      [
        ...['--role', 'initiator', '--connect', `127.0.0.1:${port}`, ...own('payer'), '--no-extension'],
        ...['--peer-static', STATICS.payee, '--ephemeral', '11'.repeat(32), '--exit-after', '0'],
      ],
      { PAYKIT_TESTING: '1' },
    );
    const handshake = await client.event('handshake');
    await Promise.all([client.ended, server.ended]);
    expect(handshake['session_id']).toBe('cf46ee0eee0cac2a7a6b67059cd29c4f0f52a4bf71d57421181df7fb306c9d68');
  });

  it('ends with status 1 when the peer closes before the messages that were waited for', async () => {
    const { client, server } = await connectPair(
      [...own('payee'), '--exit-after', '1'],
      [...own('payer'), '--peer-static', STATICS.payee, '--exit-after', '0'],
    );
    expect([client.code, server.code]).toEqual([0, 1]);
    expect(named(server, 'error')).toMatchObject({ code: 'PEER_CLOSED_EARLY' });
    expect(server.complaint).toContain(`own static key ${STATICS.payee}`);
  });

  it('works without the negotiation byte', async () => {
    const { client, server } = await connectPair(
      [...own('payee'), '--no-pattern-byte'],
      [...own('payer'), '--no-pattern-byte', '--peer-static', STATICS.payee, '--exit-after', '0'],
    );
    expect([client.code, server.code]).toEqual([0, 0]);
  });

  it('reports a refused identity with its code and status 1', async () => {
    const { server } = await connectPair(
      [...own('payee'), '--peer-identity', IDENTITIES.payee],
      [...own('payer'), '--peer-static', STATICS.payee, '--exit-after', '0'],
    );
    expect(server.code).toBe(1);
    expect(named(server, 'error')).toMatchObject({ code: 'PATTERNS_IDENTITY_REFUSED' });
  });

  it('reports a low-order peer key with wire code 7000 [S4.1]', async () => {
    const peer = spawnPeer([
      ...['--role', 'initiator', '--listen', '127.0.0.1:0', ...own('payer')],
      ...['--peer-static', '00'.repeat(32)],
    ]);
    const { port } = await peer.event('listening');
    const other = spawnPeer(['--role', 'responder', '--connect', `127.0.0.1:${port}`, ...own('payee')]);
    const [end] = (await Promise.all([peer.ended, other.ended])) as Ended[];
    expect(end?.code).toBe(1);
    expect(end?.events.at(-1)).toMatchObject({ event: 'error', wire_code: 7000 });
  });

  it.each([
    [['--role', 'initiator']],
    [['--role', 'nobody', '--pattern', 'ik']],
    [[...own('payer'), '--role', 'responder', '--listen', 'nowhere']],
    [[...own('payer'), '--role', 'initiator', '--connect', '127.0.0.1:1']],
    [[...own('payer'), '--role', 'responder', '--listen', '127.0.0.1:0', '--ephemeral', '11'.repeat(32)]],
  ])('answers wrong usage %# with status 2 and the help', async (args) => {
    const { code, complaint, events } = (await spawnPeer(args, { PAYKIT_TESTING: '0' }).ended) as Ended;
    expect(code).toBe(2);
    expect(complaint).toContain('Usage:');
    expect(events).toEqual([]);
  });
});
