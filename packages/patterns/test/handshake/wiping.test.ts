import { describe, expect, it } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { rejectionOf } from '../bytes.ts';
import { clientKey, connect, initiatorOf, responderOf, serverKey } from '../peers.ts';
import { notWiped, recordingSuite } from '../recording-suite.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
const ROLES = ['initiator', 'responder'] as const;

/** Both sides of a profile; what passes through `role` is recorded. */
function pairOf(profile: Profile, role: (typeof ROLES)[number]) {
  const { suite, recording } = recordingSuite();
  const change = { suite } as object;
  const first = initiatorOf(profile, role === 'initiator' ? change : {});
  const second = responderOf(profile, role === 'responder' ? change : {});
  return { first, second, recorded: role === 'initiator' ? first : second, recording };
}

/** Carries `count` messages and says who sends the next one; all of them are those of the handshake. */
async function carry(first: ProfileHandshake, second: ProfileHandshake, count: number) {
  for (let carried = 0; carried < count; carried++) {
    const [sender, receiver] = first.turn === 'write' ? [first, second] : [second, first];
    await receiver.read(await sender.write());
  }
  return first.turn === 'write' ? first : second;
}

/** How many messages a profile has, those of the completion included. */
const messagesOf = ({ messages, completion }: Profile) => messages.length + completion.length;

const CASES = ALL.flatMap((profile) =>
  ROLES.flatMap((role) =>
    Array.from({ length: messagesOf(profile) + 1 }, (_, count) => ({
      name: profile.name,
      profile,
      role,
      count,
    })),
  ),
);

describe.each(CASES)('$name at the $role after $count messages', ({ profile, role, count }) => {
  it('keeps no secret when it is destroyed [S1.4]', async () => {
    const { first, second, recorded, recording } = pairOf(profile, role);
    await carry(first, second, count);
    recorded.destroy();
    if (count === messagesOf(profile)) expect(recording.secrets.length).toBeGreaterThan(0);
    expect(notWiped(recording)).toEqual([]);
  });

  it('keeps no secret when it fails [S1.4]', async () => {
    const { first, second, recorded, recording } = pairOf(profile, role);
    const sender = await carry(first, second, count);
    if (recorded.turn === 'read') {
      const message = await sender.write();
      await rejectionOf(recorded.read(message.subarray(0, -1)));
    } else {
      // A call at the wrong time, or one too many.
      await rejectionOf(recorded.read(new Uint8Array(48)));
    }
    expect(notWiped(recording)).toEqual([]);
  });
});

describe.each(ALL)('$name', (profile) => {
  it.each(ROLES)('hands its secrets to the session of the %s, which wipes them [S1.4]', async (role) => {
    const { first, second, recording } = pairOf(profile, role);
    const { sessions } = await connect(first, second);
    const session = sessions[role === 'initiator' ? 0 : 1];
    if (!profile.oneWay || role === 'initiator') session.encrypt(new Uint8Array(3));
    session.destroy();
    expect(recording.secrets.length).toBeGreaterThan(0);
    expect(notWiped(recording)).toEqual([]);
    // Borrowed, and still the caller's.
    expect([clientKey.destroyed, serverKey.destroyed]).toEqual([false, false]);
  });
});
