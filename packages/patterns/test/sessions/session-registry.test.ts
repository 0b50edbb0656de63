import { inspect } from 'node:util';
import { hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { N } from '../../src/profiles/n.ts';
import { NN } from '../../src/profiles/nn.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import type { AnySession, Session } from '../../src/sessions/session.ts';
import { createSessionRegistry, type SessionRegistryOptions } from '../../src/sessions/session-registry.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { connect, initiator, initiatorOf, responder, responderOf } from '../peers.ts';

function registryOf(options: SessionRegistryOptions = {}) {
  const clock = new ManualClock();
  return { clock, registry: createSessionRegistry<Session>({ clock, ...options }) };
}

async function pair(): Promise<[Session, Session]> {
  return (await connect(initiator(), responder())).sessions;
}

async function serverSession(): Promise<Session> {
  return (await pair())[1];
}

describe('createSessionRegistry', () => {
  it('adds, finds, lists and removes by id, on both sides (AD-5)', async () => {
    const [client, server] = await pair();
    for (const session of [client, server]) {
      const { registry } = registryOf();
      const id = registry.add(session);
      expect(id).toBe(hex.encode(session.id));
      expect([registry.size, registry.has(id), registry.get(id)]).toEqual([1, true, session]);
      expect(registry.list()).toEqual([session]);
      expect(registry.remove(id)).toBe(true);
      expect([registry.size, registry.has(id), registry.list()]).toEqual([0, false, []]);
      expect(session.destroyed).toBe(true);
    }
  });

  it('keeps two sessions apart; removing one leaves the other (MI-7)', async () => {
    const { registry } = registryOf();
    const [one, two] = [await serverSession(), await serverSession()];
    const [first, second] = [registry.add(one), registry.add(two)];
    expect(registry.get(first).encrypt(filled(1))).not.toEqual(registry.get(second).encrypt(filled(1)));
    registry.remove(first);
    expect([one.destroyed, two.destroyed, registry.size]).toEqual([true, false, 1]);
  });

  it('takes an id as bytes, or as hex in either case (MI-2)', async () => {
    const { registry } = registryOf();
    const session = await serverSession();
    const id = registry.add(session);
    for (const spelling of [session.id, id, id.toUpperCase()]) expect(registry.get(spelling)).toBe(session);
  });

  it('knows nothing under other ids, whatever they are, and removing them is harmless (FC-7, FC-10 to FC-13)', async () => {
    const { registry } = registryOf();
    expect(registry.list()).toEqual([]);
    registry.add(await serverSession());
    const strange = [
      '',
      'zz',
      '0'.repeat(63),
      '0'.repeat(64),
      'x'.repeat(64),
      '__proto__',
      filled(9),
      new Uint8Array(5),
    ];
    for (const id of strange) {
      expect(registry.has(id)).toBe(false);
      expect(registry.remove(id)).toBe(false);
      expect(thrownBy(() => registry.get(id))).toMatchObject({ code: 'PATTERNS_SESSION_UNKNOWN' });
      expect(await rejectionOf(registry.use(id, () => 1))).toMatchObject({
        code: 'PATTERNS_SESSION_UNKNOWN',
      });
    }
    expect(registry.size).toBe(1);
  });

  it('never replaces a live session: a recorded N cannot set its counter back (W-47, A-16)', async () => {
    const registry = createSessionRegistry({ clock: new ManualClock() });
    const client = initiatorOf(N);
    const m1 = await client.write();
    const accept = async () => {
      // Each with a cache of its own, as if the recording had got past it.
      const server = responderOf(N, { replayCache: createReplayCache() });
      await server.read(m1);
      return server.finish();
    };
    const [sender, live, replayed] = [client.finish(), await accept(), await accept()];
    const recorded = sender.encrypt(filled(1));
    const id = registry.add(live);
    live.decrypt(recorded);
    expect(replayed.id).toEqual(live.id);
    expect(thrownBy(() => registry.add(replayed))).toMatchObject({
      code: 'PATTERNS_SESSION_EXISTS',
      wireCode: 6000,
      context: { id },
    });
    expect(registry.get(id)).toBe(live);
    expect([live.received, live.destroyed]).toEqual([1n, false]);
    // The refused session is the caller's; destroying it does not touch the live one.
    replayed.destroy();
    expect(live.decrypt(sender.encrypt(filled(2)))).toEqual(filled(2));
  });

  it('refuses more sessions than its maximum, and takes one when another has ended (W-28)', async () => {
    const { registry } = registryOf({ maximum: 2 });
    const sessions = [await serverSession(), await serverSession(), await serverSession()] as const;
    registry.add(sessions[0]);
    registry.add(sessions[1]);
    expect(thrownBy(() => registry.add(sessions[2]))).toMatchObject({
      code: 'PATTERNS_SESSIONS_FULL',
      retryable: true,
      wireCode: 6000,
      context: { maximum: 2 },
    });
    expect(sessions[2].destroyed).toBe(false);
    sessions[0].destroy();
    registry.add(sessions[2]);
    expect(registry.list()).toEqual([sessions[1], sessions[2]]);
  });

  it('refuses more sessions of one identity than it may have, and not of others (W-28)', async () => {
    const { registry } = registryOf({ maximumPerIdentity: 2 });
    const nnSession = async () => (await connect(initiatorOf(NN), responderOf(NN))).sessions;
    const [ik, ikClient] = (await pair()).reverse() as [Session, Session];
    // The client proves the same identity in IK and NN.
    const [nnClient, nn] = await nnSession();
    const [, third] = await nnSession();
    registry.add(ik);
    registry.add(nn);
    expect(thrownBy(() => registry.add(third))).toMatchObject({
      code: 'PATTERNS_SESSIONS_FULL_FOR_PEER',
      retryable: true,
      wireCode: 6000,
      context: { peer: '8a88e3dd7409f195', maximum: 2 },
    });
    registry.add((await connect(initiatorOf(NN), responderOf(NN))).sessions[0]);
    expect(registry.size).toBe(3);
    ik.destroy();
    registry.add(third);
    expect([nnClient.destroyed, ikClient.destroyed]).toEqual([false, false]);
  });

  it('counts peers without an identity by their proven Noise key, and those without either not at all', async () => {
    const registry = createSessionRegistry<AnySession>({ clock: new ManualClock(), maximumPerIdentity: 1 });
    const raw = async () => (await connect(initiatorOf(IK_RAW), responderOf(IK_RAW))).sessions[1];
    const anonymous = async () => (await connect(initiatorOf(N), responderOf(N))).sessions[1];
    registry.add(await raw());
    const second = await raw();
    expect(thrownBy(() => registry.add(second))).toMatchObject({
      code: 'PATTERNS_SESSIONS_FULL_FOR_PEER',
      context: { peer: '04f4550e826c1bb8' },
    });
    // The same Noise key, but proven to be an identity's: another peer as far as anyone knows.
    registry.add((await connect(initiatorOf(IK), responderOf(IK))).sessions[1]);
    registry.add(await anonymous());
    registry.add(await anonymous());
    expect(registry.size).toBe(4);
  });

  it('counts without looking, and when full looks at 1 000 sessions for each that is refused (W-28)', () => {
    let looks = 0;
    /** As much of a session as a registry looks at, and a count of how often it looks. */
    const counted = (at: number, peer: number): Session => {
      const id = filled(0);
      new DataView(id.buffer).setUint32(0, at);
      const facts = { id, remoteIdentity: filled(peer), sent: 0n, received: 0n, ended: false };
      const session = {
        ...facts,
        get destroyed(): boolean {
          looks += 1;
          return this.ended;
        },
      };
      return session as unknown as Session;
    };
    const { registry } = registryOf({ maximum: 3_000, maximumPerIdentity: 1_500 });
    const held = Array.from({ length: 3_000 }, (_, at) => counted(at, at % 3));
    for (const session of held) registry.add(session);
    // Each at itself.
    expect(looks).toBe(3_000);
    looks = 0;
    const late = counted(4_000, 4);
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(thrownBy(() => registry.add(late)).code).toBe('PATTERNS_SESSIONS_FULL');
    }
    expect(looks).toBe(10 * 1_001);
    // Whichever has ended, one pass by parts comes by.
    for (const ended of [0, 1_500, 2_999]) {
      Object.assign(held[ended] as Session, { ended: true });
      const added = counted(5_000 + ended, 4);
      const refused = [1, 2, 3].map(() => {
        try {
          return registry.add(added);
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
      expect(refused).toContain(hex.encode(added.id));
    }
  });

  it('forgets a session that ended by itself', async () => {
    const { registry } = registryOf();
    const [client, server] = await pair();
    const id = registry.add(server);
    expect(() => server.decrypt(flipped(client.encrypt(filled(1)), 0))).toThrow();
    expect([registry.has(id), registry.size, registry.list()]).toEqual([false, 0, []]);
    expect(thrownBy(() => registry.get(id))).toMatchObject({ code: 'PATTERNS_SESSION_UNKNOWN' });
    expect(registry.remove(id)).toBe(false);
  });

  it('refuses a session that has ended', async () => {
    const { registry } = registryOf();
    const session = await serverSession();
    session.destroy();
    expect(thrownBy(() => registry.add(session))).toMatchObject({ code: 'PATTERNS_SESSION_ENDED' });
    expect(registry.size).toBe(0);
  });

  it('wipes what was idle for its time, by its own timer (W-28)', async () => {
    const { clock, registry } = registryOf({ idleMs: 1_000 });
    const [idle, asked] = [await serverSession(), await serverSession()];
    const [, id] = [registry.add(idle), registry.add(asked)];
    clock.advance(600);
    registry.get(id);
    clock.advance(400);
    expect([idle.destroyed, asked.destroyed, registry.size]).toEqual([true, false, 1]);
    clock.advance(599);
    expect(asked.destroyed).toBe(false);
    clock.advance(1);
    expect([asked.destroyed, clock.pending]).toEqual([true, 0]);
  });

  it('wipes in time also when the clock was far ahead once', async () => {
    const timers = new ManualClock();
    let aheadMs = 1_000_000_000;
    const clock = {
      now: () => timers.now() + aheadMs,
      schedule: (delayMs: number, callback: () => void) => timers.schedule(delayMs, callback),
    };
    const registry = createSessionRegistry<Session>({ clock, idleMs: 1_000 });
    const [before, after] = [await serverSession(), await serverSession()];
    registry.add(before);
    aheadMs = 0;
    registry.add(after);
    timers.advance(1_000);
    expect([before.destroyed, after.destroyed]).toEqual([false, true]);
    timers.advance(1_000);
    expect(before.destroyed).toBe(true);
  });

  it('does not take a session for idle through which messages went past the registry', async () => {
    const { clock, registry } = registryOf({ idleMs: 1_000 });
    const [client, server] = await pair();
    registry.add(server);
    clock.advance(10);
    server.decrypt(client.encrypt(filled(1)));
    clock.advance(990);
    expect(server.destroyed).toBe(false);
    clock.advance(999);
    expect(server.destroyed).toBe(false);
    clock.advance(1);
    expect(server.destroyed).toBe(true);
  });

  it('keeps a session while it is lent, and begins its idle time when it is back', async () => {
    const { clock, registry } = registryOf({ idleMs: 1_000 });
    const session = await serverSession();
    const id = registry.add(session);
    let finish: (value: string) => void = () => {};
    const result = registry.use(
      id,
      () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    );
    clock.advance(5_500);
    expect(session.destroyed).toBe(false);
    finish('done');
    expect(await result).toBe('done');
    clock.advance(999);
    expect(session.destroyed).toBe(false);
    clock.advance(1);
    expect(session.destroyed).toBe(true);
  });

  it('passes on what the borrower returns and throws, and forgets a session that ended meanwhile (MI-3)', async () => {
    const { registry } = registryOf();
    const [client, server] = await pair();
    const id = registry.add(server);
    const message = client.encrypt(filled(4));
    expect(await registry.use(id, (session) => session.decrypt(message))).toEqual(filled(4));
    const mistake = new Error('mine');
    await expect(registry.use(id, () => Promise.reject(mistake))).rejects.toBe(mistake);
    expect(registry.has(id)).toBe(true);
    expect(await rejectionOf(registry.use(id, (session) => session.decrypt(message)))).toMatchObject({
      code: 'NOISE_DECRYPT_FAILED',
    });
    expect(registry.has(id)).toBe(false);
  });

  it('does not bring a session back that was removed while it was lent', async () => {
    const { clock, registry } = registryOf({ idleMs: 1_000 });
    const session = await serverSession();
    const id = registry.add(session);
    await registry.use(id, () => registry.remove(id));
    // The timer first: asking for the size forgets what has ended.
    expect([session.destroyed, clock.pending, registry.size]).toEqual([true, 0, 0]);
  });

  it('wipes all on destroy, which may be called twice, and takes nothing more', async () => {
    const { clock, registry } = registryOf({ idleMs: 1_000 });
    const sessions = [await serverSession(), await serverSession()];
    for (const session of sessions) registry.add(session);
    registry.destroy();
    registry.destroy();
    expect(sessions.map(({ destroyed }) => destroyed)).toEqual([true, true]);
    expect([registry.size, clock.pending]).toEqual([0, 0]);
    const late = await serverSession();
    expect(thrownBy(() => registry.add(late))).toMatchObject({ code: 'PATTERNS_TABLE_DESTROYED' });
  });

  it('refuses bounds that are none', () => {
    for (const bad of [0, -1, Number.NaN]) {
      expect(() => createSessionRegistry({ maximum: bad })).toThrow(RangeError);
      expect(() => createSessionRegistry({ maximumPerIdentity: bad })).toThrow(RangeError);
      expect(() => createSessionRegistry({ idleMs: bad })).toThrow(RangeError);
    }
    expect(() => createSessionRegistry({ maximum: 1_000_001 })).toThrow(RangeError);
  });

  it('shows of itself how many sessions it holds', async () => {
    const { registry } = registryOf({ maximum: 7 });
    registry.add(await serverSession());
    expect(JSON.parse(JSON.stringify(registry))).toEqual({ type: 'SessionRegistry', size: 1, maximum: 7 });
    expect(inspect(registry)).toBe('SessionRegistry(1 of 7)');
  });
});
