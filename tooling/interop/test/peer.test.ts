import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/ensure-built.mjs';
import { spawnPeer } from './spawned.mjs';
import { confirmText, receiptText, requestText } from './wire-messages.ts';
import { handshakeEvent, keyOf, PATTERNS, PAYEE, type PatternName, toHex } from './wire-parties.ts';
import { argumentsOf, type Ended, startPeer } from './wire-runs.ts';

const TESTING = { PAYKIT_TESTING: '1' };

/** Two processes, the responder listening. */
async function connectPair(pattern: PatternName, responder: readonly string[], initiator: readonly string[]) {
  const listening = [...argumentsOf('responder', pattern), '--listen', '127.0.0.1:0'];
  const server = spawnPeer([...listening, ...responder], TESTING);
  const { port } = await server.event('listening');
  const dialling = [...argumentsOf('initiator', pattern), '--connect', `127.0.0.1:${port}`];
  const client = spawnPeer([...dialling, ...initiator], TESTING);
  const [clientEnd, serverEnd] = await Promise.all([client.ended, server.ended]);
  return { client: clientEnd as Ended, server: serverEnd as Ended };
}

const request = requestText(receiptText('receipt-1'));
const printed = (text: string) => ({ event: 'message', message: JSON.parse(text) });

describe.concurrent('peer.mjs', () => {
  // Processes run the built packages; the first call builds them.
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it.each(PATTERNS)(
    'pays itself with %s and names the session as N8 A.4 does [I1] [S3.1] [F1]',
    async (pattern) => {
      const answered = pattern !== 'n';
      const { client, server } = await connectPair(
        pattern,
        ['--ephemeral', keyOf(0x22)],
        [
          ...['--no-extension', '--ephemeral', keyOf(0x11), '--send', request],
          ...['--exit-after', answered ? '1' : '0'],
        ],
      );
      expect(client.events).toEqual([
        handshakeEvent(pattern, 'initiator'),
        ...(answered ? [printed(confirmText(receiptText('receipt-1')))] : []),
        { event: 'closed' },
      ]);
      expect(server.events).toEqual([
        { event: 'listening', port: expect.any(Number) },
        handshakeEvent(pattern, 'responder'),
        printed(request),
        { event: 'closed' },
      ]);
      expect([client.code, server.code]).toEqual([0, 0]);
      expect(server.complaint).toContain(`own static key ${toHex(PAYEE.publicKey)}`);
    },
  );

  it('answers wrong usage with status 2 and the help', async () => {
    const { code, complaint, events } = (await spawnPeer(['--role', 'nobody']).ended) as Ended;
    expect([code, events]).toEqual([2, []]);
    expect(complaint).toContain('Usage:');
  });
});

describe.concurrent('runPeer', () => {
  const listen = ['--listen', '127.0.0.1:0'];

  it('pays the one who dialled, when the initiator listens', async () => {
    const paying = [...listen, '--send', request, '--exit-after', '1'];
    const client = startPeer([...argumentsOf('initiator', 'xx'), ...paying]);
    const dialling = ['--connect', `127.0.0.1:${await client.listening}`];
    const server = startPeer([...argumentsOf('responder', 'xx'), ...dialling]);
    const ends = await Promise.all([client.ended, server.ended]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
  });

  it('ends with status 1 on both sides when their patterns differ (P8 W-59)', async () => {
    const server = startPeer([...argumentsOf('responder', 'xx'), ...listen]);
    const dialling = ['--connect', `127.0.0.1:${await server.listening}`];
    const client = startPeer([...argumentsOf('initiator', 'nn'), ...dialling]);
    const [clientEnd, serverEnd] = await Promise.all([client.ended, server.ended]);
    expect(serverEnd.events.slice(1)).toEqual([
      { event: 'error', code: 'TRANSPORT_PATTERN_REFUSED', wire_code: null },
    ]);
    expect([clientEnd.code, serverEnd.code]).toEqual([1, 1]);
  });
});
