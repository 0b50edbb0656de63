import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { prepareOffline } from '../../src/cold/prepare-offline.ts';
import { signPacket } from '../../src/signed-packet/sign-packet.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { DAY_MS, derive } from '../lifecycle/world.ts';
import { numbered } from '../signers.ts';
import { identity, Outpost } from './outposts.ts';

describe('prepareOffline', () => {
  it('signs for no other identity', async () => {
    const request = await createColdRequest({ identity, action: 'publish', derive });
    expect((await rejectionOf(prepareOffline(request, numbered(2)))).code).toBe(
      'DISCOVERY_COLD_OTHER_IDENTITY',
    );
  });

  it('signs no other key for a context than the one it derives, if it can', async () => {
    const request = await createColdRequest({ identity, action: 'publish', derive });
    const other = async () => ({ publicKey: filled(7) });
    expect(await rejectionOf(prepareOffline(request, SIGNER, { derive: other }))).toMatchObject({
      code: 'DISCOVERY_KEY_MISDERIVED',
    });
  });

  it('takes no packet of somebody else for that of the identity', async () => {
    const outpost = await Outpost.announced();
    const request = await createColdRequest({ identity, action: 'publish', derive, ...outpost });
    const packet = request.packet!.slice();
    packet[100] = (packet[100] as number) ^ 1;
    expect((await rejectionOf(prepareOffline({ ...request, packet }, SIGNER, outpost))).code).toBe(
      'DISCOVERY_BAD_SIGNATURE',
    );
  });

  it('signs nothing by a clock that is behind the request, or behind what was signed', async () => {
    const outpost = await Outpost.announced();
    const request = await createColdRequest({ identity, action: 'publish', derive, ...outpost });
    const clock = new ManualClock(outpost.clock.now() - 301_000);
    expect((await rejectionOf(prepareOffline(request, SIGNER, { clock }))).code).toBe(
      'DISCOVERY_CLOCK_BEHIND',
    );
    const later = { ...request, stampedSeconds: BigInt(outpost.clock.now() / 1_000) + 300n };
    expect((await rejectionOf(prepareOffline(later, SIGNER, outpost))).code).toBe('DISCOVERY_CLOCK_BEHIND');
  });

  it('says so if the packet is full', async () => {
    const outpost = await Outpost.announced();
    const filling = {
      name: 'x',
      ttl: 1,
      data: { type: 'unknown', typeNumber: 999, bytes: new Uint8Array(700) },
    } as const;
    const timestamp = BigInt(outpost.clock.now()) * 1_000n + 1n;
    outpost.packets.force(await signPacket(SIGNER, [filling], timestamp));
    const request = await createColdRequest({ identity, action: 'publish', derive, ...outpost });
    expect((await rejectionOf(prepareOffline(request, SIGNER, outpost))).code).toBe(
      'DISCOVERY_PACKET_TOO_LARGE',
    );
  });

  it('makes no bundle for longer than records live', async () => {
    const request = await createColdRequest({ identity, action: 'publish', derive });
    for (const lifetimeMs of [0, Number.NaN, 30 * DAY_MS + 1]) {
      await expect(prepareOffline(request, SIGNER, { lifetimeMs })).rejects.toThrow(RangeError);
    }
  });
});
