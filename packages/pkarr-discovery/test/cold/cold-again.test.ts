import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { signPacket } from '../../src/signed-packet/sign-packet.ts';
import { rejectionOf } from '../bytes.ts';
import { formerOf, SIGNER } from '../lifecycle/household.ts';
import { DAY_MS, derive, keyOf } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { identity, ledgerAt, Outpost, prepared, publish } from './outposts.ts';

const z32 = (context: string) => zBase32.encode(keyOf(context));

/** Fails the call of this number, of those to relays, homeserver and store; tells whether there was one. */
function failing(outpost: Outpost, failed: number) {
  let calls = 0;
  const next = (): void => {
    if (calls++ === failed) throw offline();
  };
  outpost.packets.before = next;
  outpost.files.beforePut = next;
  const { openRecords } = outpost.live(() => (calls++ === failed ? new Error('disk') : undefined));
  return {
    openRecords,
    repaired() {
      outpost.packets.before = () => {};
      outpost.files.beforePut = () => {};
      return calls <= failed;
    },
  };
}

/** Somebody publishes the packet of now again. */
async function republished(outpost: Outpost): Promise<void> {
  const present = outpost.packets.peek(identity)!;
  outpost.packets.force(await signPacket(SIGNER, present.records, present.timestamp + 1n));
}

const revocations = (bundle: Awaited<ReturnType<typeof prepared>>) =>
  bundle.publications.map(({ kind, device }) => `${kind} ${device}`);

describe('a bundle that was noted, and cannot be published any more', () => {
  it.each([true, false])(
    '[O4] [S2.3] leaves a revocation that can be prepared again, whatever failed (successor: %s)',
    async (successor) => {
      for (let failed = 0; ; failed++) {
        const outpost = await Outpost.announced();
        await publish(outpost, await prepared(outpost, { action: 'publish' }));
        const bundle = await prepared(outpost, { action: 'revoke', successor });
        const { openRecords, repaired } = failing(outpost, failed);
        await publish(outpost, bundle, { openRecords }).catch(() => {});
        if (repaired()) {
          expect(failed).toBeGreaterThan(5);
          return;
        }
        await republished(outpost);
        const ledger = (await ledgerAt(outpost))!;
        const isNoted = ledger.keys[0]?.status === 'revoked';
        if (ledger.keys[0]?.announcedAtMs !== undefined) continue;
        const again = await prepared(outpost, {
          action: 'revoke',
          which: { noiseKey: keyOf('default') },
          successor,
        });
        expect(revocations(again)).toEqual([
          'revocation default',
          `revocation ${formerOf('default')}`,
          ...(successor ? ['key default'] : []),
        ]);
        await publish(outpost, again);
        expect(outpost.names()).toContain(`_noise.${formerOf('default')}`);
        expect(outpost.files.keyOf(formerOf('default'))).toBe(z32('default'));
        expect(outpost.files.keyOf('default')).toBe(z32(successor ? 'default#1' : 'default'));
        const after = (await ledgerAt(outpost))!;
        expect(after).toMatchObject({ revocationCount: 1, rotationCount: successor ? 1 : 0 });
        expect(after.keys[0]).toMatchObject({ status: 'revoked', announcedAtMs: outpost.clock.now() });
        if (isNoted && successor) expect(after.keys[1]).toMatchObject({ publishedAtMs: outpost.clock.now() });
        expect(after.keys).toHaveLength(successor ? 2 : 1);
      }
    },
  );

  it('[O4] leaves a revocation that can be prepared again after it has expired, by all that asks for all', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const bundle = await prepared(outpost, { action: 'revoke' });
    outpost.packets.before = (call) => {
      if (call === 'put') throw offline();
    };
    await rejectionOf(publish(outpost, bundle));
    outpost.packets.before = () => {};
    outpost.clock.advance(8 * DAY_MS);
    expect((await rejectionOf(publish(outpost, bundle))).code).toBe('DISCOVERY_COLD_EXPIRED');
    // Which is the key that nobody has seen, too.
    const again = await prepared(outpost, { action: 'revoke' });
    expect(revocations(again)).toEqual([
      'revocation default',
      `revocation ${formerOf('default')}`,
      `revocation ${formerOf('default#1')}`,
      'key default',
    ]);
    await publish(outpost, again);
    expect((await ledgerAt(outpost))?.keys.map(({ status }) => status)).toEqual([
      'revoked',
      'revoked',
      'current',
    ]);
    // What is known to be published is not said again.
    const asked = { identity, ledger: await ledgerAt(outpost), derive, clock: outpost.clock } as const;
    await expect(
      createColdRequest({ ...asked, action: 'revoke', which: { context: 'default' } }),
    ).rejects.toThrow(RangeError);
  });

  it('[O4] puts no revocation of a former key in the place of the current one when it is said again', async () => {
    const outpost = await Outpost.announced();
    const nowhere = { packets: undefined };
    for (const action of ['publish', 'rotate'] as const) {
      await publish(outpost, await prepared(outpost, { action, ...nowhere }), nowhere);
      outpost.clock.advance(DAY_MS);
    }
    const which = { context: 'default' };
    const bundle = await prepared(outpost, { action: 'revoke', which, ...nowhere });
    outpost.files.beforePut = () => {
      throw offline();
    };
    await rejectionOf(publish(outpost, bundle, nowhere));
    const again = await prepared(outpost, { action: 'revoke', which, ...nowhere });
    expect(revocations(again)).toEqual([`revocation ${formerOf('default')}`]);
  });

  it('[O3] leaves what takes a record off to be done, until it is done', async () => {
    for (let failed = 0; ; failed++) {
      const outpost = await Outpost.announced();
      for (const action of ['publish', 'rotate'] as const) {
        await publish(outpost, await prepared(outpost, { action }));
      }
      outpost.clock.advance(7 * DAY_MS);
      const bundle = await prepared(outpost, { action: 'retire' });
      const { openRecords, repaired } = failing(outpost, failed);
      const isDone = await publish(outpost, bundle, { openRecords }).then(
        () => true,
        () => false,
      );
      if (repaired()) {
        expect(isDone).toBe(true);
        expect((await ledgerAt(outpost))?.keys[0]).toMatchObject({ status: 'retired' });
        // And once more, as often as one likes.
        await publish(outpost, bundle);
        return;
      }
      if (isDone) continue;
      expect((await ledgerAt(outpost))?.keys[0]).toMatchObject({ status: 'former' });
      await republished(outpost);
      await publish(outpost, await prepared(outpost, { action: 'retire' }));
      expect(outpost.files.keyOf(formerOf('default'))).toBeUndefined();
      expect(outpost.names()).not.toContain(`_noise.${formerOf('default')}`);
      expect((await ledgerAt(outpost))?.keys[0]).toMatchObject({ status: 'retired' });
    }
  });

  it('[O4] [S2.3] an old one that retires a key does not take the revocation of that key off', async () => {
    const outpost = await Outpost.announced();
    const nowhere = { packets: undefined };
    for (const action of ['publish', 'rotate'] as const) {
      await publish(outpost, await prepared(outpost, { action, ...nowhere }), nowhere);
    }
    outpost.clock.advance(6 * DAY_MS);
    const retire = await prepared(outpost, { action: 'retire', ...nowhere });
    await publish(
      outpost,
      await prepared(outpost, { action: 'revoke', which: { context: 'default' }, ...nowhere }),
      nowhere,
    );
    expect((await rejectionOf(publish(outpost, retire, nowhere))).code).toBe('DISCOVERY_COLD_LEDGER_DIFFERS');
    expect(outpost.files.keyOf(formerOf('default'))).toBe(z32('default'));
    expect(outpost.files.changes.at(-1)).toBe(`put ${formerOf('default')} revoked`);
    expect((await ledgerAt(outpost))?.keys[0]).toMatchObject({ status: 'revoked' });
  });

  it('[O3] leaves a first key that can be prepared again, and no second one', async () => {
    const outpost = await Outpost.announced();
    const bundle = await prepared(outpost, { action: 'publish' });
    outpost.packets.before = (call) => {
      if (call === 'put') throw offline();
    };
    await rejectionOf(publish(outpost, bundle));
    outpost.packets.before = () => {};
    await republished(outpost);
    outpost.clock.advance(DAY_MS);
    for (let times = 0; times < 2; times++) {
      await publish(outpost, await prepared(outpost, { action: 'publish' }));
      outpost.clock.advance(DAY_MS);
      expect(outpost.files.keyOf('default')).toBe(z32('default'));
      expect((await ledgerAt(outpost))?.keys).toMatchObject([{ context: 'default', status: 'current' }]);
    }
  });

  it('[O3] is made of the ledger of its own device, with nothing left to be handed over', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const ledger = (await ledgerAt(outpost))!;
    const outbox = [{ identity, device: 'default', kind: 'retirement' as const }];
    const asked = { identity, action: 'restamp', clock: outpost.clock } as const;
    for (const change of [
      { ledger: { ...ledger, outbox } },
      { ledger, device: 'phone' },
      { ledger, identity: keyOf('other') },
    ]) {
      await expect(createColdRequest({ ...asked, ...change })).rejects.toThrow(TypeError);
    }
  });

  it('[O3] takes off nothing but former keys and revocations', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const asked = { identity, ledger: await ledgerAt(outpost), clock: outpost.clock } as const;
    for (const action of ['retire', 'withdraw'] as const) {
      const call = createColdRequest({ ...asked, action, which: { context: 'default' } });
      await expect(call).rejects.toThrow(RangeError);
    }
  });
});
