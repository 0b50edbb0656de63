import { zBase32 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { rejectionOf } from '../bytes.ts';
import { formerOf } from '../lifecycle/household.ts';
import { DAY_MS, derive, keyOf, START_MS } from '../lifecycle/world.ts';
import { identity, ledgerAt, Outpost, prepared, publish } from './outposts.ts';

const YEAR_MS = 365 * DAY_MS;

/** A device whose key was published by a clock that was a year ahead; the clock is right again. */
async function onceAhead() {
  const outpost = await Outpost.announced();
  outpost.clock.advance(YEAR_MS);
  await publish(outpost, await prepared(outpost, { action: 'publish' }));
  return { outpost, clock: new ManualClock(START_MS) };
}

describe('a cold identity whose clock was ahead', () => {
  it('[O4] [S2.3] can revoke its key, though it cannot sign another one', async () => {
    const { outpost, clock } = await onceAhead();
    const { stampedSeconds } = (await ledgerAt(outpost))!;
    expect((await rejectionOf(prepared(outpost, { action: 'revoke', clock }))).code).toBe(
      'DISCOVERY_CLOCK_BEHIND',
    );
    const bundle = await prepared(outpost, { action: 'revoke', successor: false, clock }, { clock });
    await publish(outpost, bundle, { clock });
    expect((await ledgerAt(outpost))?.stampedSeconds).toBe(stampedSeconds + 1n);
    expect(outpost.files.changes.slice(1)).toEqual([
      'put default revoked',
      `put ${formerOf('default')} revoked`,
    ]);
    expect(outpost.names()).toContain(`_noise.${formerOf('default')}`);
  });

  it('[O3] can take records off, which needs no time at all', async () => {
    const { outpost, clock } = await onceAhead();
    await publish(outpost, await prepared(outpost, { action: 'rotate' }));
    await publish(outpost, await prepared(outpost, { action: 'retire', clock }, { clock }), { clock });
    expect(outpost.files.keyOf(formerOf('default'))).toBeUndefined();
    await publish(outpost, await prepared(outpost, { action: 'revoke', successor: false }));
    expect(outpost.files.keyOf(formerOf('default#1'))).toBe(zBase32.encode(keyOf('default#1')));
    await publish(outpost, await prepared(outpost, { action: 'withdraw', clock }, { clock }), { clock });
    expect(outpost.files.keyOf(formerOf('default#1'))).toBeUndefined();
  });

  it('[O4] can revoke on a machine with the secret that has no clock', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const clock = new ManualClock(0);
    const bundle = await prepared(outpost, { action: 'revoke', successor: false }, { clock });
    expect(bundle).toMatchObject({ createdMs: START_MS, expiresMs: START_MS + 7 * DAY_MS });
    await publish(outpost, bundle);
    expect((await ledgerAt(outpost))?.keys[0]).toMatchObject({ status: 'revoked', announcedAtMs: START_MS });
    // A key is another matter.
    const publishing = prepared(outpost, { action: 'publish' }, { clock });
    expect((await rejectionOf(publishing)).code).toBe('DISCOVERY_CLOCK_BEHIND');
  });

  it('[O3] is told so before it is asked for a signature', async () => {
    const { outpost, clock } = await onceAhead();
    const asked = { identity, ledger: await ledgerAt(outpost), derive, clock } as const;
    for (const action of ['rotate', 'restamp'] as const) {
      expect((await rejectionOf(createColdRequest({ ...asked, action }))).code).toBe(
        'DISCOVERY_CLOCK_BEHIND',
      );
    }
  });
});
