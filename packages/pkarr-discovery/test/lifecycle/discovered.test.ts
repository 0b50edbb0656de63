import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createDiscovery } from '../../src/discovery/create-discovery.ts';
import { createRollBackKeeper } from '../../src/discovery/roll-back-keeper.ts';
import { isFormerDevice } from '../../src/lifecycle/former-device.ts';
import { createFileTarget } from '../../src/publications/file-target.ts';
import { createPacketTarget } from '../../src/publications/packet-target.ts';
import { createFileRecordSource } from '../../src/sources/file-record-source.ts';
import { createPacketRecordSource } from '../../src/sources/packet-record-source.ts';
import { Outpost } from '../cold/outposts.ts';
import { offline } from '../relay-model.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { formerOf, household, SIGNER, shown } from './household.ts';
import { DAY_MS } from './world.ts';

const identity = SIGNER.publicKey;

/** An owner with a homeserver and a relay, and a peer who looks at both. */
async function neighbours() {
  const outpost = await Outpost.announced();
  const { files, packets, clock, random } = outpost;
  const targets = [
    createFileTarget({ identity, own: files, files }),
    createPacketTarget({ packets, signer: SIGNER, clock, random }),
  ];
  const owner = household(outpost, { ...outpost.live(), targets });
  const peer = createDiscovery({
    sources: [createFileRecordSource({ files }), createPacketRecordSource({ packets })],
    memory: createRollBackKeeper(recordsOn(memoryStore(), clock)),
    clock,
  });
  const seen = async (device = 'default') => {
    const found = await peer.discoverNoiseKey(identity, { device });
    return found.outcome === 'found' ? hex.encode(found.record.noiseKey) : found.outcome;
  };
  const taken = async () => (await peer.lookUpNoiseKeys(identity)).map((key) => hex.encode(key)).sort();
  return { outpost, owner, peer, seen, taken };
}

describe('createKeyKeeper and createDiscovery', () => {
  it('[F1] [O3] have both keys taken during the overlap, and the new one alone after it', async () => {
    const { outpost, owner, peer, seen, taken } = await neighbours();
    await owner.keeper.publish();
    await owner.queue.flush();
    expect(await seen()).toBe(shown('default'));
    outpost.clock.advance(90 * DAY_MS);
    await owner.keeper.run();
    await owner.queue.flush();
    expect(await seen()).toBe(shown('default#1'));
    // Who knows the former key finds what became of it; who verifies a payer takes either.
    expect(await seen(formerOf('default'))).toBe(shown('default'));
    expect(await taken()).toEqual([shown('default'), shown('default#1')].sort());
    const { devices } = await peer.listDevices(identity);
    expect(devices.filter((device) => !isFormerDevice(device))).toEqual(['default']);
    await owner.keeper.run();
    outpost.clock.advance(7 * DAY_MS);
    await owner.keeper.run();
    await owner.queue.flush();
    expect(await taken()).toEqual([shown('default#1')]);
    expect(await seen(formerOf('default'))).toBe('absent');
    expect((await owner.queue.status()).parked).toEqual([]);
  });

  it('[F1] [O4] have a revoked key refused at once, and its successor found by who has never seen the revocation', async () => {
    const { owner, seen, taken } = await neighbours();
    await owner.keeper.publish();
    await owner.queue.flush();
    expect(await seen()).toBe(shown('default'));
    await owner.keeper.revoke();
    await owner.queue.flush();
    expect(await seen(formerOf('default'))).toBe('revoked');
    expect(await seen()).toBe(shown('default#1'));
    expect(await taken()).toEqual([shown('default#1')]);
    expect((await owner.queue.status()).parked).toEqual([]);
  });

  it('[F1] [O4] [O5] refuse a revoked key as soon as one of the targets has it', async () => {
    const { outpost, owner, seen } = await neighbours();
    await owner.keeper.publish();
    await owner.queue.flush();
    outpost.packets.before = (call) => {
      if (call === 'put') throw offline();
    };
    await owner.keeper.revoke({ successor: false });
    const { waiting, degraded } = await owner.queue.flush();
    expect(waiting.map(({ target }) => target)).toEqual(['relay', 'relay']);
    expect(degraded).toMatchObject([{ target: 'relay' }]);
    expect(await seen()).toBe('revoked');
    outpost.packets.before = () => {};
    await owner.queue.flush();
    expect(await seen()).toBe('revoked');
    expect(outpost.names()).toEqual(['_pubky', 'note', '_noise.default', `_noise.${formerOf('default')}`]);
  });

  it('[O3] [O5] keep a key fresh through three weeks of outage now and then', async () => {
    const { outpost, owner, seen } = await neighbours();
    await owner.keeper.publish();
    for (let day = 0; day < 200; day += 2) {
      const isDown = day % 60 >= 39;
      outpost.packets.before = (call) => {
        if (isDown && call === 'put') throw offline();
      };
      await owner.keeper.run();
      await owner.queue.flush();
      if (day % 10 === 0) expect(await seen()).toMatch(/^[0-9a-f]{64}$/);
      outpost.clock.advance(2 * DAY_MS);
    }
    const { ledger } = await owner.keeper.status();
    expect(ledger?.rotationCount).toBe(2);
    expect((await owner.queue.status()).parked).toEqual([]);
    expect(outpost.names()).toEqual(expect.arrayContaining(['_pubky', 'note']));
  });
});
