import { PROFILES, type ProfileName } from '@pubky-paykit/patterns';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { codeOf, pattern } from './bytes.ts';
import { accept, type LooseChannel, NAMES, offerAll, open } from './pattern-peers.ts';
import { tapped } from './taps.ts';

const PAIRS = NAMES.flatMap((dialled) =>
  NAMES.filter((run) => run !== dialled).map((run) => [dialled, run] as const),
);

const LOST = 'TRANSPORT_CONNECTION_LOST';
const short = { server: 'NOISE_MESSAGE_TOO_SHORT', client: LOST };
const garbled = { server: 'NOISE_DECRYPT_FAILED', client: LOST };
const unexpected = { server: 'PATTERNS_PAYLOAD_UNEXPECTED', client: LOST };

/** Who says what, by the profile that was dialled and the one that the changed byte names. The client of N is told nothing. */
const OUTCOMES: Readonly<
  Record<ProfileName, Partial<Record<ProfileName, { readonly server: string; readonly client: string }>>>
> = {
  IK: { 'IK-raw': unexpected, N: garbled, NN: unexpected, XX: unexpected },
  'IK-raw': {
    IK: { server: 'PATTERNS_PAYLOAD_INVALID', client: LOST },
    N: garbled,
    NN: unexpected,
    XX: unexpected,
  },
  N: { IK: short, 'IK-raw': short, NN: unexpected, XX: unexpected },
  // NN and XX open alike; the client finds out by the answer.
  NN: { IK: short, 'IK-raw': short, N: short, XX: { server: LOST, client: 'NOISE_DECRYPT_FAILED' } },
  XX: { IK: short, 'IK-raw': short, N: short, NN: { server: LOST, client: 'NOISE_MESSAGE_TOO_SHORT' } },
};

/** Two honest peers, and somebody between them who changes the first byte. */
async function between(dialled: ProfileName, byte: number) {
  const [left, right] = memoryStreamPair();
  const clock = new ManualClock();
  const proxied = tapped(left, (piece, index) => (index === 0 ? piece.with(0, byte) : piece));
  const toClient = tapped(right);
  const channels: LooseChannel[] = [];
  const keep = (channel: LooseChannel) => {
    channels.push(channel);
  };
  const outcomes = {
    client: codeOf(open(dialled, proxied, { clock }).then(keep)),
    server: codeOf(accept(toClient, offerAll(), clock).then(keep)),
  };
  return { outcomes, channels, clock, toClient, toServer: proxied };
}

describe('a negotiation byte that is changed on the way', () => {
  it('makes 20 pairs', () => {
    expect(PAIRS.length).toBe(20);
  });

  it.each(PAIRS.filter(([dialled]) => dialled !== 'N'))(
    'from %s to %s opens a channel on neither side (N8 W-10, P8 W-13) [S3.3]',
    async (dialled, run) => {
      const { outcomes, channels, clock } = await between(dialled, PROFILES[run].byte);
      const [client, server] = await Promise.all([outcomes.client, outcomes.server]);
      expect({ client, server }).toEqual(OUTCOMES[dialled][run]);
      expect([channels, clock.pending]).toEqual([[], 0]);
    },
  );

  it.each(PAIRS.filter(([dialled]) => dialled === 'N'))(
    'from %s to %s opens none at the server, and the client of N talks to nobody (N8 W-10) [S3.3]',
    async (_, run) => {
      const { outcomes, channels, clock, toClient } = await between('N', PROFILES[run].byte);
      expect(await outcomes.server).toBe(OUTCOMES.N[run]?.server);
      // It demanded no answer and got none: its channel proves nothing, and what it sends is lost.
      expect(await outcomes.client).toBe('no error');
      const [client] = channels as [LooseChannel];
      expect([channels.length, client.session.role, client.session.confirmed]).toEqual([
        1,
        'initiator',
        false,
      ]);
      expect(await codeOf(client.send(pattern(1)))).toBe(LOST);
      expect([toClient.pieces.length, clock.pending]).toEqual([0, 0]);
    },
  );

  it.each(NAMES)('from %s to a byte that nobody knows is refused on the byte (P8 W-59)', async (dialled) => {
    const { outcomes, toClient } = await between(dialled, 0x05);
    expect(await outcomes.server).toBe('TRANSPORT_PATTERN_REFUSED');
    expect(await outcomes.client).toBe(dialled === 'N' ? 'no error' : LOST);
    expect(toClient.pieces).toEqual([]);
  });
});
