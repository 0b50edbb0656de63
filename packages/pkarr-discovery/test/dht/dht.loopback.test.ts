import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hex, zBase32 } from '@pubky-paykit/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dht, openDht } from '../../src/dht/index.ts';
import {
  createDiscovery,
  createPacketRecordSource,
  createPacketTarget,
  createRelaySet,
  type DnsRecord,
  ownName,
  parseSignedPacket,
  requireFoundKey,
  signedPacketPayload,
  signPacket,
} from '../../src/index.ts';
import { ascii, filled, rejectionOf } from '../bytes.ts';
import { FakeRecords } from '../discovery/fakes.ts';
import { filling, text } from '../packets.ts';
import { clockAt, DEVICE, NOISE_KEY, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { type Network, startNetwork } from './networks.ts';

const HOST = '127.0.0.1';
const PEER = fileURLToPath(new URL('./pkarr-peer.mjs', import.meta.url));

let network: Network;
const opened: Dht[] = [];

async function enter(): Promise<Dht> {
  const dht = await openDht({ bootstrap: network.bootstrap.slice(0, 1), host: HOST });
  opened.push(dht);
  return dht;
}

/** An identity nobody has used before. */
let identities = 100;
const somebody = () => numbered(identities++);

function recordsOf(key: Uint8Array, value: string): DnsRecord[] {
  return [text(ownName(key, '_noise.phone'), value)];
}

beforeAll(async () => {
  network = await startNetwork(5);
});

afterAll(async () => {
  await Promise.all(opened.map((dht) => dht.close()));
  await network.close();
});

describe('openDht, among five nodes', () => {
  it('publishes a packet that others find, and finds none where there is none [I3]', async () => {
    const [here, there] = await Promise.all([enter(), enter()]);
    const identity = somebody();
    expect(await there.get(identity.publicKey)).toBeUndefined();
    const packet = await signPacket(identity, recordsOf(identity.publicKey, 'hello'), 1_000n);
    expect(await here.put(packet)).toEqual({ stored: ['Mainline DHT'], failed: [] });
    expect(await there.get(identity.publicKey)).toEqual(packet);
    // Publishing again keeps it alive, though every node has it.
    expect(await here.put(packet, { replacing: 1_000n })).toEqual({ stored: ['Mainline DHT'], failed: [] });
  });

  it('never replaces a newer packet by an older one [S2.3]', async () => {
    const [here, there] = await Promise.all([enter(), enter()]);
    const identity = somebody();
    const [old, recent] = await Promise.all(
      [1_000n, 2_000n].map((time) => signPacket(identity, recordsOf(identity.publicKey, `${time}`), time)),
    );
    await here.put(recent!);
    const refused = await rejectionOf(there.put(old!));
    expect([refused.code, refused.context]).toEqual([
      'DISCOVERY_CONFLICT',
      { relay: 'Mainline DHT', status: 302 },
    ]);
    expect(await there.get(identity.publicKey)).toEqual(recent);
  });

  it('replaces the packet that was read, and no other', async () => {
    const [here, there] = await Promise.all([enter(), enter()]);
    const identity = somebody();
    const [first, second, third] = await Promise.all(
      [1_000n, 2_000n, 3_000n].map((time) =>
        signPacket(identity, recordsOf(identity.publicKey, `${time}`), time),
      ),
    );
    await here.put(first!);
    await here.put(second!, { replacing: 1_000n });
    const refused = await rejectionOf(there.put(third!, { replacing: 1_000n }));
    expect([refused.code, refused.context['status']]).toEqual(['DISCOVERY_CONFLICT', 301]);
    await there.put(third!, { replacing: 2_000n });
    expect((await here.get(identity.publicKey))?.timestamp).toBe(3_000n);
  });

  it('takes 999 bytes, and says that 1000 are too many for it', async () => {
    const dht = await enter();
    const identity = somebody();
    const fits = await signPacket(identity, [filling(999)], 1n);
    await dht.put(fits);
    expect((await dht.get(identity.publicKey))?.message).toHaveLength(999);
    const full = await signPacket(identity, [filling(1_000)], 2n);
    const refused = await rejectionOf(dht.put(full));
    expect([refused.code, refused.context]).toEqual([
      'DISCOVERY_RELAY_TOO_SMALL',
      { relay: 'Mainline DHT', length: 1_072 },
    ]);
  });

  it('carries a key from its owner to a peer, alone or beside relays [F1] [S2.1]', async () => {
    const [here, there] = await Promise.all([enter(), enter()]);
    const clock = clockAt(STAMPED);
    const target = createPacketTarget({ packets: here, signer: OWNER, clock, allowCreate: true });
    const record = await recordText();
    await target.publish({ kind: 'key', identity: OWNER.publicKey, device: DEVICE, record });
    const set = createRelaySet({ relays: [there, new ModelStore('relay')] });
    for (const packets of [there, set]) {
      const sources = [createPacketRecordSource({ packets })];
      const discovery = createDiscovery({ sources, memory: new FakeRecords().memory, clock });
      const found = requireFoundKey(await discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE }));
      expect(found.noiseKey).toEqual(NOISE_KEY);
    }
  });

  it('is not ended by datagrams that make its package throw', async () => {
    const dht = await enter();
    const identity = somebody();
    const packet = await signPacket(identity, recordsOf(identity.publicKey, 'alive'), 1n);
    await dht.put(packet);
    // One byte short: a node of that name would be asked, and never answer.
    const id = `2:id19:${'x'.repeat(19)}`;
    const bombs = [
      `d1:ad${id}5:tokeni5e1:v1:xe1:q3:put1:t2:aa1:y1:qe`,
      `d1:ad${id}6:targeti7ee1:q3:get1:t2:aa1:y1:qe`,
      `d1:ad${id}9:info_hashi7ee1:q9:get_peers1:t2:aa1:y1:qe`,
      `d1:ad${id}1:k1:k3:sig1:s5:token1:t1:v1:xe1:q3:put1:t2:aa1:y1:qe`,
      'l'.repeat(2_000),
      'd1:y1:re',
      `d1:t2:aa1:y1:r1:rd${id}e1:y1:re`,
      'x'.repeat(60_000),
    ];
    const socket = createSocket('udp4');
    for (const bomb of bombs) {
      await new Promise((resolve) => socket.send(bomb, dht.port, HOST, resolve));
    }
    await new Promise<void>((resolve) => socket.close(resolve));
    expect(await dht.get(identity.publicKey)).toEqual(packet);
    expect(await dht.get(filled(200))).toBeUndefined();
  });

  it('says so if the port is taken [F3]', async () => {
    const dht = await enter();
    const refused = await rejectionOf(openDht({ bootstrap: network.bootstrap, host: HOST, port: dht.port }));
    expect([refused.code, refused.context]).toEqual(['DISCOVERY_DHT_FAILED', { reason: 'EADDRINUSE' }]);
  });

  it("understands npm's pkarr, and is understood by it [I3]", async () => {
    const dht = await enter();
    const [ours, theirSeed] = [somebody(), new Uint8Array(32).fill(77)];
    const theirs = numbered(77);
    const packet = await signPacket(ours, recordsOf(ours.publicKey, 'from us'), 5_000n);
    await dht.put(packet);
    const wanted = hex.encode(ours.publicKey);
    const peer = spawn(
      process.execPath,
      [PEER, network.bootstrap[4] as string, hex.encode(theirSeed), '6000', 'from them', wanted],
      { env: { HOME: tmpdir(), PATH: process.env['PATH'] }, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const exited = once(peer, 'exit');
    const [line] = await once(createInterface(peer.stdout), 'line');
    const read: string = JSON.parse(line);
    const payload = hex.decode(read);
    expect(parseSignedPacket(ours.publicKey, payload)).toEqual(packet);
    expect(hex.encode(signedPacketPayload(packet))).toBe(read);
    const found = await dht.get(theirs.publicKey);
    expect(found?.timestamp).toBe(6_000n);
    expect(found?.records).toEqual([
      {
        name: `_noise.phone.${zBase32.encode(theirs.publicKey)}`,
        ttl: 300,
        data: { type: 'TXT', strings: [ascii('from them')] },
      },
    ]);
    // Only now: questions to a node that is gone take their time.
    peer.stdin.end();
    expect(await exited).toEqual([0, null]);
  });

  // Last, as the others go on asking a node that is gone.
  it('ends what is under way when it is closed, and closes twice', async () => {
    const dht = await openDht({ bootstrap: network.bootstrap, host: HOST });
    const read = rejectionOf(dht.get(filled(201)));
    await Promise.all([dht.close(), dht.close()]);
    expect((await read).code).toBe('DISCOVERY_DHT_CLOSED');
    expect((await rejectionOf(dht.get(filled(201)))).code).toBe('DISCOVERY_DHT_CLOSED');
  });
});
