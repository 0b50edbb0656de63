import { describe, expect, it } from 'vitest';
import type { ColdBundle } from '../../src/cold/cold-files.ts';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { prepareOffline } from '../../src/cold/prepare-offline.ts';
import { publishPrepared } from '../../src/cold/publish-prepared.ts';
import { createRelaySet } from '../../src/relays/relay-set.ts';
import { signPacket } from '../../src/signed-packet/sign-packet.ts';
import { signedPacketPayload } from '../../src/signed-packet/signed-packet.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { DAY_MS, derive } from '../lifecycle/world.ts';
import { numbered } from '../signers.ts';
import { identity, ledgerAt, Outpost, prepared, publish } from './outposts.ts';

describe('publishPrepared', () => {
  async function place() {
    const outpost = await Outpost.announced();
    return { outpost, bundle: await prepared(outpost, { action: 'publish' }) };
  }

  /** Nothing has been sent, and nothing was written down. */
  async function expectNothingDone(outpost: Outpost): Promise<void> {
    expect([outpost.files.changes, outpost.packets.history]).toEqual([[], []]);
    expect(await ledgerAt(outpost)).toBeUndefined();
  }

  it('[F3] publishes nothing that is too old, to the millisecond', async () => {
    const { outpost, bundle } = await place();
    outpost.clock.advance(7 * DAY_MS);
    expect(await rejectionOf(publish(outpost, bundle))).toMatchObject({
      code: 'DISCOVERY_COLD_EXPIRED',
      context: { sinceMs: 0 },
    });
    await expectNothingDone(outpost);
    // Nor if somebody has changed the date.
    outpost.clock.advance(24 * DAY_MS);
    const longer = { ...bundle, expiresMs: Number.MAX_SAFE_INTEGER };
    expect((await rejectionOf(publish(outpost, longer))).code).toBe('DISCOVERY_KEY_STALE');
    await expectNothingDone(outpost);
  });

  it('[F3] publishes nothing if the packet has changed meanwhile', async () => {
    const { outpost, bundle } = await place();
    const present = outpost.packets.peek(identity)!;
    outpost.packets.force(await signPacket(SIGNER, present.records, present.timestamp + 1n));
    expect(await rejectionOf(publish(outpost, bundle))).toMatchObject({
      code: 'DISCOVERY_COLD_PACKET_CHANGED',
      context: { expected: present.timestamp, found: present.timestamp + 1n },
    });
    outpost.packets.forget(identity);
    expect(await rejectionOf(publish(outpost, bundle))).toMatchObject({ context: { found: undefined } });
    await expectNothingDone(outpost);
  });

  it('[F3] publishes nothing if the packet changes at the very last moment', async () => {
    const { outpost, bundle } = await place();
    const present = outpost.packets.peek(identity)!;
    const newer = await signPacket(SIGNER, present.records, present.timestamp + 1n);
    outpost.packets.before = (call) => {
      if (call === 'put') outpost.packets.force(newer);
    };
    const error = await rejectionOf(publish(outpost, bundle));
    expect(error).toMatchObject({
      code: 'DISCOVERY_COLD_PACKET_CHANGED',
      cause: { code: 'DISCOVERY_CONFLICT' },
    });
    expect(outpost.files.changes).toEqual([]);
    expect(outpost.packets.peek(identity)).toBe(newer);
  });

  it('[F3] publishes no packet that loses what is in the present one, though its identity has signed it', async () => {
    const { outpost, bundle } = await place();
    const present = outpost.packets.peek(identity)!;
    const empty = await signPacket(SIGNER, [], present.timestamp + 1n);
    const changed = { ...bundle, packet: signedPacketPayload(empty) };
    expect((await rejectionOf(publish(outpost, changed))).code).toBe('DISCOVERY_COLD_PACKET_WRONG');
    await expectNothingDone(outpost);
  });

  it('[O3] [S2.3] is not confirmed by what a set of relays remembers', async () => {
    const { outpost, bundle } = await place();
    const { packets, files, clock } = outpost;
    const set = createRelaySet({ relays: [packets], clock });
    packets.drops = true;
    const publishing = publishPrepared(bundle, { packets: set, files, clock });
    expect((await rejectionOf(publishing)).code).toBe('DISCOVERY_NOT_CONFIRMED');
    expect(files.changes).toEqual([]);
    // Nor is it the second time, though the set knows the packet.
    const again = publishPrepared(bundle, { packets: set, files, clock });
    expect((await rejectionOf(again)).code).toBe('DISCOVERY_NOT_CONFIRMED');
    packets.drops = false;
    await publishPrepared(bundle, { packets: set, files, clock });
    expect(signedPacketPayload(packets.peek(identity)!)).toEqual(bundle.packet);
  });

  it('[F3] publishes nothing of which a byte was changed', async () => {
    const { outpost, bundle } = await place();
    const [publication] = bundle.publications;
    if (publication === undefined || publication.kind === 'retirement')
      throw new Error('nothing was prepared');
    const { record } = publication;
    const changes: readonly (readonly [Partial<ColdBundle>, string])[] = [
      [{ identity: numbered(2).publicKey }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ device: 'phone' }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ publications: [{ ...publication, device: 'phone' }] }, 'DISCOVERY_KEY_RECORD_FORGED'],
      [{ publications: [{ ...publication, kind: 'revocation' }] }, 'DISCOVERY_BAD_PUBLICATION'],
      [
        { publications: [{ ...publication, record: record.replace('ts=1', 'ts=2') }] },
        'DISCOVERY_FRESHNESS_FORGED',
      ],
      [
        { publications: [{ identity, device: 'default', kind: 'retirement' }] },
        'DISCOVERY_COLD_PACKET_WRONG',
      ],
      [
        { packet: bundle.packet!.map((byte, index) => (index === 80 ? byte ^ 1 : byte)) },
        'DISCOVERY_BAD_SIGNATURE',
      ],
      [{ action: 'rotate' }, 'DISCOVERY_NO_CURRENT_KEY'],
      [{ newKey: { context: 'default', noiseKey: filled(7) } }, 'DISCOVERY_COLD_LEDGER_DIFFERS'],
      [{ newKey: undefined }, 'DISCOVERY_COLD_LEDGER_DIFFERS'],
      [{ revision: 5 }, 'DISCOVERY_COLD_LEDGER_DIFFERS'],
    ];
    for (const [change, code] of changes) {
      expect((await rejectionOf(publish(outpost, { ...bundle, ...change }))).code).toBe(code);
    }
    await expectNothingDone(outpost);
  });

  it('[O3] does not publish what was prepared for another ledger', async () => {
    const { outpost, bundle } = await place();
    const other = await prepared(outpost, { action: 'publish' });
    outpost.clock.advance(1_000);
    const later = await prepareOffline(
      await createColdRequest({ identity, action: 'publish', derive, ...outpost }),
      SIGNER,
      outpost,
    );
    await publish(outpost, bundle);
    expect(other.publications).toEqual(bundle.publications);
    expect((await rejectionOf(publish(outpost, later, { packets: undefined }))).code).toBe(
      'DISCOVERY_COLD_LEDGER_DIFFERS',
    );
  });

  it('[F3] stops for its signal and its time-out', async () => {
    const { outpost, bundle } = await place();
    const controller = new AbortController();
    controller.abort();
    expect((await rejectionOf(publish(outpost, bundle, { signal: controller.signal }))).code).toBe(
      'DISCOVERY_CANCELLED',
    );
    outpost.packets.before = () => new Promise(() => {});
    const hanging = publish(outpost, bundle, { timeoutMs: 5_000 });
    await Promise.resolve();
    outpost.clock.advance(5_000);
    expect((await rejectionOf(hanging)).code).toBe('DISCOVERY_TIMED_OUT');
    expect(outpost.clock.pending).toBe(0);
  });

  it('[F3] says if the relays do not give what was published', async () => {
    const { outpost, bundle } = await place();
    let puts = 0;
    outpost.packets.before = (call) => {
      if (call === 'put') puts += 1;
      else if (puts > 0) outpost.packets.forget(identity);
    };
    expect((await rejectionOf(publish(outpost, bundle))).code).toBe('DISCOVERY_NOT_CONFIRMED');
  });
});
