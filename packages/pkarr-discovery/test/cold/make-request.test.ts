import { describe, expect, it } from 'vitest';
import { type ColdRequestOptions, createColdRequest } from '../../src/cold/make-request.ts';
import { DiscoveryError } from '../../src/errors.ts';
import { rejectionOf } from '../bytes.ts';
import { formerOf } from '../lifecycle/household.ts';
import { derive } from '../lifecycle/world.ts';
import { identity, ledgerAt, Outpost, prepared, publish } from './outposts.ts';

describe('createColdRequest', () => {
  it('[O3] asks for nothing where there is nothing to do', async () => {
    const options = { identity, derive } as const;
    expect((await rejectionOf(createColdRequest({ ...options, action: 'rotate' }))).code).toBe(
      'DISCOVERY_NO_CURRENT_KEY',
    );
    expect((await rejectionOf(createColdRequest({ ...options, action: 'restamp' }))).code).toBe(
      'DISCOVERY_NO_CURRENT_KEY',
    );
    for (const action of ['retire', 'withdraw', 'revoke'] as const) {
      await expect(createColdRequest({ ...options, action })).rejects.toThrow(RangeError);
    }
    expect((await rejectionOf(createColdRequest({ ...options, action: 'publish', device: 'A' }))).code).toBe(
      'DISCOVERY_BAD_DEVICE',
    );
  });

  it('[O4] names the keys to revoke, with and without a successor', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    await publish(outpost, await prepared(outpost, { action: 'rotate' }));
    const ledger = await ledgerAt(outpost);
    const options = { identity, derive, ledger, action: 'revoke', clock: outpost.clock } as const;
    const shape = async (change: Partial<ColdRequestOptions>) =>
      (await createColdRequest({ ...options, ...change })).statements.map(
        ({ kind, device, context, later }) => `${kind} ${device} ${context ?? ''} ${later}`,
      );
    expect(await shape({ successor: false, which: { context: 'default' } })).toEqual([
      `revocation ${formerOf('default')}  0`,
    ]);
    expect(await shape({ which: { context: 'default' } })).toEqual([`revocation ${formerOf('default')}  0`]);
    expect(await shape({})).toEqual([
      'revocation default  0',
      `revocation ${formerOf('default')}  0`,
      `revocation ${formerOf('default#1')}  0`,
      'key default default#2 1',
    ]);
  });

  it('fails if the packet cannot be read: an offline signature is not made on a guess', async () => {
    const outpost = await Outpost.announced();
    outpost.packets.before = () => {
      throw new DiscoveryError('DISCOVERY_ABSENCE_UNCERTAIN', { absent: 1, failed: 1 });
    };
    const call = createColdRequest({ identity, action: 'publish', derive, packets: outpost.packets });
    expect((await rejectionOf(call)).code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
    expect(outpost.packets.reads[0]).toMatchObject({ forUpdate: true });
  });
});
