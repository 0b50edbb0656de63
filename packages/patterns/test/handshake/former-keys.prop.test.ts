import type { KeyPair } from '@pubky-paykit/noise-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { N } from '../../src/profiles/n.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { connect, initiatorOf, responderOf } from '../peers.ts';

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const profiles = fc.constantFrom<Profile>(IK, IK_RAW, N);
const MAXIMUM_KEYS = 3;

/** Keys of a device, the current one first. */
const keyRing = fc
  .tuple(seeds, fc.integer({ min: 1, max: MAXIMUM_KEYS }))
  .map(([seed, count]) =>
    Array.from({ length: count }, (_, at) => deriveNoiseKeyPair(seed, `device#${count - at}`)),
  );

function answering(profile: Profile, [noiseKey, ...formerNoiseKeys]: readonly KeyPair[]): ProfileHandshake {
  return responderOf(profile, { noiseKey, formerNoiseKeys } as object);
}

describe('former keys', () => {
  it('open the session of whichever key was dialled, told from the current one [O4]', async () => {
    await fc.assert(
      fc.asyncProperty(profiles, keyRing, fc.nat(), fc.uint8Array(), async (profile, keys, pick, text) => {
        const at = pick % keys.length;
        const { publicKey } = keys[at] as KeyPair;
        const client = initiatorOf(profile, { remoteStatic: publicKey } as object);
        const { sessions } = await connect(client, answering(profile, keys));
        const [one, two] = sessions;
        expect(two.id).toEqual(one.id);
        expect(two.formerKeyUsed).toBe(at > 0);
        expect(two.decrypt(one.encrypt(text))).toEqual(text);
        if (!profile.oneWay) expect(one.decrypt(two.encrypt(text))).toEqual(text);
      }),
      { numRuns: effort(40) },
    );
  });

  it('say to any other message what the current key alone says', async () => {
    const garbage = fc.record({ start: fc.nat(31), bytes: fc.uint8Array({ maxLength: 700 }) });
    await fc.assert(
      fc.asyncProperty(profiles, keyRing, fc.option(garbage), async (profile, keys, change) => {
        // Without a change it is an honest message, to a key that is none of them.
        const message = await initiatorOf(profile).write();
        if (change !== null)
          message.set(change.bytes.subarray(0, message.length - change.start), change.start);
        const verdicts = [keys, keys.slice(0, 1)].map((ring) =>
          answering(profile, ring)
            .read(message)
            .then(
              () => 'read',
              ({ code }) => code,
            ),
        );
        const [among, alone] = await Promise.all(verdicts);
        expect(among).toBe(alone);
        expect(among).not.toBe('read');
      }),
      { numRuns: effort(40) },
    );
  });
});
