import { describe, expect, it } from 'vitest';
import {
  createDiscovery,
  createFileRecordSource,
  createHomeserverDirectory,
  createKeyCache,
  createKeyFinder,
  createPacketRecordSource,
  createRelaySet,
  ownName,
  type PublicFiles,
  signPacket,
} from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { text } from '../packets.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { brief, FakeRecords } from './fakes.ts';

/** Two relays, of which the second alone has the packet of the owner, and homeservers that are found through them. */
async function open() {
  const clock = clockAt(STAMPED);
  const [empty, full] = [new ModelStore('empty'), new ModelStore('full')];
  const record = text(ownName(OWNER.publicKey, `_noise.${DEVICE}`), await recordText());
  full.force(await signPacket(OWNER, [record], STAMPED * 1_000_000n));
  const packets = createRelaySet({ relays: [empty, full], clock });
  const directory = createHomeserverDirectory({ store: packets, clock });
  const requireHomeserver = async (owner: Uint8Array): Promise<void> => {
    if ((await directory.find(owner)) !== undefined) return;
    // As the package `homeserver` says it.
    throw Object.assign(new Error('none'), {
      code: 'HOMESERVER_NO_HOMESERVER',
      context: {},
      retryable: false,
      nextStep: '',
    });
  };
  const files: PublicFiles = {
    get: async (owner) => {
      await requireHomeserver(owner);
      return undefined;
    },
    listPage: async (owner) => {
      await requireHomeserver(owner);
      return { paths: [], cursor: undefined };
    },
  };
  const sources = [createFileRecordSource({ files }), createPacketRecordSource({ packets, name: 'relays' })];
  const discovery = createDiscovery({ sources, memory: new FakeRecords().memory, clock });
  return { empty, full, discovery };
}

describe('that there is no key', () => {
  it('is no answer while the relay is blocked that has it, though another one knows none [F3] [O5]', async () => {
    const { full, discovery } = await open();
    full.before = () => {
      throw offline('full');
    };
    const result = await discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
    expect(result.outcome).toBe('unreachable');
    expect(brief(result.failed)).toEqual([
      'homeserver DISCOVERY_ABSENCE_UNCERTAIN',
      'relays DISCOVERY_ABSENCE_UNCERTAIN',
    ]);
    await expect(discovery.lookUpNoiseKeys(OWNER.publicKey)).rejects.toMatchObject({
      code: 'DISCOVERY_UNREACHABLE',
    });
  });

  it('is no first contact then, for whoever is in between [F3] [O5]', async () => {
    const { full, discovery } = await open();
    const clock = clockAt(STAMPED);
    const cache = createKeyCache({ records: recordsOn(memoryStore(), clock), clock });
    const finder = createKeyFinder({ discover: discovery.discoverNoiseKey, cache, clock });
    full.before = () => {
      throw offline('full');
    };
    const learning = finder.learn(OWNER.publicKey, filled(7), { device: DEVICE });
    await expect(learning).rejects.toMatchObject({ code: 'DISCOVERY_UNREACHABLE' });
    expect((await cache.read(OWNER.publicKey, DEVICE)).entry.state).toBe('unknown');
  });

  it('is one when all relays say so; and one relay is enough to find a key [F3] [O5]', async () => {
    const { empty, discovery } = await open();
    empty.before = () => {
      throw offline('empty');
    };
    const found = await discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
    expect(found.outcome).toBe('found');
    empty.before = () => {};
    const other = await discovery.discoverNoiseKey(OWNER.publicKey, { device: 'another' });
    expect([other.outcome, other.failed]).toEqual(['absent', []]);
  });
});
