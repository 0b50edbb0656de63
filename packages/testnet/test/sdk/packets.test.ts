import {
  createPacketTarget,
  createRelay,
  encodeDnsMessage,
  formatKeyRecord,
  keyRecordName,
  ownName,
  parseSignedPacket,
  type SignedPacket,
  signedPacketPayload,
  signKeyRecord,
  userRecord,
} from '@pubky-paykit/pkarr-discovery';
import { concatBytes, decodeUtf8, zBase32 } from '@pubky-paykit/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestnet, type Testnet } from '../../src/index.ts';
import { type Identity, identity } from '../identities.ts';
import { type Scenarios, startScenarios } from '../scenarios.ts';

let testnet: Testnet;
let sdk: Scenarios;

beforeAll(async () => {
  testnet = await createTestnet();
  const { relay, authRelay, homeserver } = testnet;
  sdk = await startScenarios(new URL('./sdk-worker.mjs', import.meta.url), {
    relay: relay.url,
    authRelay: authRelay.url,
    homeserver: homeserver.publicKey,
  });
});

afterAll(async () => {
  await sdk.close();
  await testnet.close();
});

/** What the relay has of somebody, as it came. */
async function payloadOf({ key }: Identity): Promise<Uint8Array> {
  const response = await fetch(`${testnet.relay.url}/${key}`);
  expect(response.status).toBe(200);
  return new Uint8Array(await response.arrayBuffer());
}

async function packetOf(who: Identity): Promise<SignedPacket> {
  return parseSignedPacket(who.signer.publicKey, await payloadOf(who));
}

/** Somebody whom the SDK has signed up, and whose packet is its own. */
async function signedUp(number: number) {
  const seed = new Uint8Array(32).fill(number);
  const who = identity(number);
  expect(await sdk.run('signUpAs', { seed })).toBe(who.key);
  return { who, seed };
}

/** Puts a Noise key into the packet, beside what the SDK has there. */
async function publishKey({ signer }: Identity): Promise<string> {
  const timestampSeconds = BigInt(Math.floor(Date.now() / 1_000));
  const claim = { noiseKey: new Uint8Array(32).fill(9), device: 'default', timestampSeconds, revoked: false };
  const record = formatKeyRecord(await signKeyRecord(signer, claim));
  const packets = createRelay({ url: testnet.relay.url });
  const publication = { kind: 'key', identity: signer.publicKey, device: 'default', record } as const;
  await createPacketTarget({ packets, signer }).publish(publication);
  return record;
}

/** The texts of Noise keys in a packet. */
function noiseTexts({ records }: SignedPacket, { signer }: Identity): string[] {
  const name = ownName(signer.publicKey, keyRecordName('default'));
  return records.flatMap((record) =>
    record.name === name && record.data.type === 'TXT'
      ? [decodeUtf8(concatBytes(...record.data.strings))]
      : [],
  );
}

const homeserverRecord = ({ signer }: Identity) =>
  userRecord({
    identity: signer.publicKey,
    homeserver: zBase32.decode(testnet.homeserver.publicKey, 32),
  });

describe('packets of the unmodified @synonymdev/pubky 0.6.0', () => {
  it('are read, and written again byte for byte [I3]', async () => {
    const { who } = await signedUp(101);
    const payload = await payloadOf(who);
    const packet = parseSignedPacket(who.signer.publicKey, payload);
    expect(packet.records).toEqual([homeserverRecord(who)]);
    expect(encodeDnsMessage(packet.records)).toEqual(packet.message);
    expect(signedPacketPayload(packet)).toEqual(payload);
  });

  it('are updated with a Noise key so that the SDK finds the homeserver as before [I3]', async () => {
    const { who } = await signedUp(102);
    const before = await packetOf(who);
    const record = await publishKey(who);
    const after = await packetOf(who);
    expect(after.timestamp).toBeGreaterThan(before.timestamp);
    expect(after.records.slice(0, -1)).toEqual(before.records);
    expect(noiseTexts(after, who)).toEqual([record]);
    expect(await sdk.run('homeserverOf', { key: who.key })).toBe(testnet.homeserver.publicKey);
  });

  it('keep the Noise key when the SDK publishes the homeserver again, which it signs and we verify [I3]', async () => {
    const { who, seed } = await signedUp(103);
    const record = await publishKey(who);
    const ours = await packetOf(who);
    await sdk.run('publishHomeserverForce', { seed });
    const theirs = await packetOf(who);
    expect(theirs.timestamp).toBeGreaterThan(ours.timestamp);
    expect(noiseTexts(theirs, who)).toEqual([record]);
    expect(theirs.records).toContainEqual(homeserverRecord(who));
    expect(encodeDnsMessage(theirs.records)).toEqual(theirs.message);
  });
});
