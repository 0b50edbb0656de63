import { describe, expect, it } from 'vitest';
import { advanceHandshake } from '../../src/handshake/exchange.ts';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import type { Session } from '../../src/sessions/session.ts';
import { filled, flipped, rejectionOf } from '../bytes.ts';
import { initiator, initiatorOf, responder, responderOf } from '../peers.ts';

/** Carries every message by hand and notes how many left each side at each step. */
async function exchange(profile: Profile): Promise<{ sessions: (Session | undefined)[]; steps: number[] }> {
  const sides: [ProfileHandshake, ProfileHandshake] = [initiatorOf(profile), responderOf(profile)];
  const sessions: (Session | undefined)[] = [undefined, undefined];
  const steps: number[] = [];
  const advance = async (side: 0 | 1, incoming?: Uint8Array) => {
    const { outgoing, session } = await advanceHandshake(sides[side], incoming);
    steps.push(outgoing.length);
    sessions[side] ??= session;
    return outgoing;
  };
  let side: 0 | 1 = 0;
  let inbox = await advance(0);
  while (inbox.length > 0) {
    side = side === 0 ? 1 : 0;
    const answers: Uint8Array[] = [];
    for (const message of inbox) answers.push(...(await advance(side, message)));
    inbox = answers;
  }
  return { sessions, steps };
}

describe('advanceHandshake', () => {
  /** Messages that leave at each call, in the order of the calls. */
  const STEPS: Record<string, number[]> = {
    IK: [1, 1, 0],
    'IK-raw': [1, 1, 0],
    N: [1, 0],
    NN: [1, 2, 0, 1, 0],
    XX: [1, 1, 1, 0],
  };

  for (const profile of Object.values(PROFILES)) {
    it(`opens a session in ${profile.name} [S3.1]`, async () => {
      const { sessions, steps } = await exchange(profile);
      const [client, server] = sessions as [Session, Session];
      expect(steps).toEqual(STEPS[profile.name]);
      expect(client.id).toEqual(server.id);
      expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    });
  }

  it('gives the initiator of N its session with the only message, and its responder nothing to answer (CK-9)', async () => {
    const client = await advanceHandshake(initiatorOf(PROFILES.N));
    const server = await advanceHandshake(responderOf(PROFILES.N), client.outgoing[0]);
    expect([client.outgoing.length, client.session?.pattern]).toEqual([1, 'N']);
    expect([server.outgoing.length, server.session?.pattern]).toEqual([0, 'N']);
  });

  it('gives the responder of IK its answer and its session together', async () => {
    const [m1] = (await advanceHandshake(initiator())).outgoing;
    const { outgoing, session } = await advanceHandshake(responder(), m1);
    expect(outgoing.map((message) => message.length)).toEqual([48]);
    expect(session?.confirmed).toBe(false);
  });

  it('refuses a missing message, and the handshake goes on', async () => {
    const [client, server] = [initiator(), responder()];
    expect(await rejectionOf(advanceHandshake(server))).toMatchObject({ code: 'PATTERNS_EXCHANGE_CALL' });
    const [m1] = (await advanceHandshake(client)).outgoing;
    expect((await advanceHandshake(server, m1)).session).toBeDefined();
  });

  it('refuses a message where this side speaks, and the handshake goes on', async () => {
    const client = initiator();
    expect(await rejectionOf(advanceHandshake(client, filled(1)))).toMatchObject({
      code: 'PATTERNS_EXCHANGE_CALL',
    });
    expect((await advanceHandshake(client)).outgoing.length).toBe(1);
  });

  it('refuses what is no bytes, and the handshake goes on', async () => {
    const [client, server] = [initiator(), responder()];
    await expect(advanceHandshake(server, 'hello' as never)).rejects.toThrow(TypeError);
    const [m1] = (await advanceHandshake(client)).outgoing;
    expect((await advanceHandshake(server, m1)).session).toBeDefined();
  });

  it('ends the handshake with a message that does not verify', async () => {
    const [m1] = (await advanceHandshake(initiator())).outgoing as [Uint8Array];
    for (const bad of [flipped(m1, 400), m1.subarray(1), new Uint8Array(0)]) {
      const server = responder();
      expect((await rejectionOf(advanceHandshake(server, bad))).code).toMatch(
        /^NOISE_(DECRYPT_FAILED|MESSAGE_TOO_SHORT)$/,
      );
      expect(await rejectionOf(advanceHandshake(server, m1))).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
      });
    }
  });

  it('has nothing more to give after the session', async () => {
    const client = initiatorOf(PROFILES.N);
    await advanceHandshake(client);
    expect(await rejectionOf(advanceHandshake(client))).toMatchObject({ code: 'PATTERNS_HANDSHAKE_ENDED' });
  });
});
