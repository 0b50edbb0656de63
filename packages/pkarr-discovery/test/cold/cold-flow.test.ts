import { decodeUtf8, zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { coldBundleCodec, coldRequestCodec } from '../../src/cold/cold-files.ts';
import { createColdRequest } from '../../src/cold/make-request.ts';
import { prepareOffline } from '../../src/cold/prepare-offline.ts';
import { publishPrepared } from '../../src/cold/publish-prepared.ts';
import { activeKey, type KeyLedger } from '../../src/lifecycle/key-ledger.ts';
import { KEY_POLICIES } from '../../src/lifecycle/key-policy.ts';
import { nextKeyAction } from '../../src/lifecycle/key-schedule.ts';
import { rejectionOf } from '../bytes.ts';
import { formerOf, SIGNER } from '../lifecycle/household.ts';
import { DAY_MS, derive, keyOf } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { identity, ledgerAt, Outpost, prepared, publish } from './outposts.ts';

const z32 = (context: string) => zBase32.encode(keyOf(context));

describe('prepareOffline and publishPrepared', () => {
  it('[O3] [F1] publish a first key from a machine without the secret, and keep the rest of the packet', async () => {
    const outpost = await Outpost.announced();
    const bundle = await prepared(outpost, { action: 'publish' });
    expect(await publish(outpost, bundle)).toEqual({ files: ['default'], packet: true });
    expect(outpost.files.keyOf('default')).toBe(z32('default'));
    expect(outpost.names()).toEqual(['_pubky', 'note', '_noise.default']);
    const ledger = (await ledgerAt(outpost))!;
    expect(activeKey(ledger)).toMatchObject({ context: 'default', publishedAtMs: outpost.clock.now() });
  });

  it('[O3] are the same the second time', async () => {
    const outpost = await Outpost.announced();
    const bundle = await prepared(outpost, { action: 'publish' });
    await publish(outpost, bundle);
    const { files, packets } = outpost;
    const before = [files.changes.length, packets.history.length, await ledgerAt(outpost)];
    await publish(outpost, bundle);
    expect([files.changes.length, packets.history.length]).toEqual(before.slice(0, 2));
    expect({ ...(await ledgerAt(outpost)), revision: 0 }).toEqual({
      ...(before[2] as KeyLedger),
      revision: 0,
    });
  });

  it('[O3] rotate, re-stamp and retire as a keeper does', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    outpost.clock.advance(90 * DAY_MS);
    expect(nextKeyAction(await ledgerAt(outpost), KEY_POLICIES.standard, outpost.clock.now())?.action).toBe(
      'rotate',
    );
    await publish(outpost, await prepared(outpost, { action: 'rotate' }));
    expect([outpost.files.keyOf('default'), outpost.files.keyOf(formerOf('default'))]).toEqual([
      z32('default#1'),
      z32('default'),
    ]);
    expect(outpost.names()).toEqual(['_pubky', 'note', `_noise.${formerOf('default')}`, '_noise.default']);
    outpost.clock.advance(6 * DAY_MS);
    await publish(outpost, await prepared(outpost, { action: 'restamp' }));
    outpost.clock.advance(DAY_MS);
    const due = nextKeyAction(await ledgerAt(outpost), KEY_POLICIES.standard, outpost.clock.now());
    expect(due).toMatchObject({ action: 'retire', context: 'default' });
    await publish(outpost, await prepared(outpost, { action: 'retire' }));
    expect(outpost.files.keyOf(formerOf('default'))).toBeUndefined();
    expect(outpost.names()).toEqual(['_pubky', 'note', '_noise.default']);
    expect((await ledgerAt(outpost))?.keys.map(({ status }) => status)).toEqual(['retired', 'current']);
  });

  it('[O4] revoke a key and put a new one in its place, the revocation first', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const bundle = await prepared(outpost, { action: 'revoke' });
    await publish(outpost, bundle);
    expect(outpost.files.changes.slice(1)).toEqual([
      'put default revoked',
      `put ${formerOf('default')} revoked`,
      'put default',
    ]);
    expect(outpost.files.keyOf('default')).toBe(z32('default#1'));
    expect((await ledgerAt(outpost))?.keys).toMatchObject([
      { status: 'revoked', announcedAtMs: outpost.clock.now() },
      { status: 'current', context: 'default#1' },
    ]);
    // Nor does the second time undo the first.
    const changes = outpost.files.changes.length;
    await publish(outpost, bundle);
    expect(outpost.files.changes).toHaveLength(changes);
  });

  it('[O4] [S2.3] revoke a key though something that is no record stands in its place, however long', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    for (const device of ['default', formerOf('default')]) {
      outpost.files.files.set(`/pub/noise.app/v0/${device}`, new Uint8Array(4_097));
    }
    await publish(outpost, await prepared(outpost, { action: 'revoke' }));
    expect(outpost.files.keyOf('default')).toBe(z32('default#1'));
    expect(outpost.files.keyOf(formerOf('default'))).toBe(z32('default'));
  });

  it('[O4] revoke all keys in the overlap of two rotations', async () => {
    const outpost = await Outpost.announced();
    const nowhere = { packets: undefined };
    for (const action of ['publish', 'rotate', 'rotate', 'revoke'] as const) {
      await publish(outpost, await prepared(outpost, { action, ...nowhere }), nowhere);
      outpost.clock.advance(DAY_MS);
    }
    const statuses = (await ledgerAt(outpost))?.keys.map(({ status }) => status);
    expect(statuses).toEqual(['revoked', 'revoked', 'revoked', 'current']);
  });

  it('[O3] [O4] let records of former keys make room in the packet for the current one, and for a revocation', async () => {
    const outpost = await Outpost.announced();
    const names: string[][] = [];
    for (const action of ['publish', 'rotate', 'rotate', 'revoke'] as const) {
      const which = action === 'revoke' ? { context: 'default#2' } : undefined;
      await publish(outpost, await prepared(outpost, { action, which }));
      outpost.clock.advance(DAY_MS);
      names.push(outpost.names().slice(2));
    }
    expect(names).toEqual([
      ['_noise.default'],
      [`_noise.${formerOf('default')}`, '_noise.default'],
      // Of two former keys the older one.
      [`_noise.${formerOf('default#1')}`, '_noise.default'],
      [`_noise.${formerOf('default#1')}`, `_noise.${formerOf('default#2')}`, '_noise.default'],
    ]);
  });

  it('[O3] go on after a failure on the way, with the same file', async () => {
    const outpost = await Outpost.announced();
    await publish(outpost, await prepared(outpost, { action: 'publish' }));
    const bundle = await prepared(outpost, { action: 'revoke' });
    for (let fails = 0; fails < 3; fails++) {
      let writes = 0;
      outpost.files.beforePut = () => {
        if (writes++ === (fails === 0 ? 0 : 1)) throw offline('homeserver');
      };
      expect((await rejectionOf(publish(outpost, bundle))).code).toBe('DISCOVERY_OFFLINE');
    }
    outpost.files.beforePut = () => {};
    await publish(outpost, bundle);
    expect(outpost.files.keyOf('default')).toBe(z32('default#1'));
    expect(outpost.files.keyOf(formerOf('default'))).toBe(z32('default'));
  });

  it('[O3] derive the new key where the seed is, if the request names its context only', async () => {
    const outpost = await Outpost.announced();
    const request = await createColdRequest({ identity, action: 'publish', clock: outpost.clock });
    expect(request.statements).toEqual([
      { kind: 'key', device: 'default', noiseKey: undefined, context: 'default', later: 0 },
    ]);
    const { clock } = outpost;
    expect(await rejectionOf(prepareOffline(request, SIGNER, { clock }))).toMatchObject({
      code: 'DISCOVERY_COLD_KEY_MISSING',
      context: { context: 'default' },
    });
    const bundle = await prepareOffline(request, SIGNER, { clock, derive });
    expect(bundle.newKey).toEqual({ context: 'default', noiseKey: keyOf('default') });
    expect(bundle.packet).toBeUndefined();
    expect(await publish(outpost, bundle)).toEqual({ files: ['default'], packet: false });
  });

  it('[O3] publish files alone, or the packet alone', async () => {
    const outpost = await Outpost.announced();
    const bundle = await prepared(outpost, { action: 'publish' });
    await publish(outpost, bundle, { files: undefined, openRecords: undefined });
    expect([outpost.files.changes.length, outpost.packets.history.length]).toEqual([0, 1]);
    await publish(outpost, bundle, { packets: undefined, openRecords: undefined });
    expect([outpost.files.changes.length, outpost.packets.history.length]).toEqual([1, 1]);
    await expect(publishPrepared(bundle, {})).rejects.toThrow(TypeError);
  });

  it('[S1.1] hold no secret in either file', async () => {
    const outpost = await Outpost.announced();
    const request = await createColdRequest({ identity, action: 'publish', derive, ...outpost });
    const files = [
      decodeUtf8(coldRequestCodec.encode(request)),
      decodeUtf8(coldBundleCodec.encode(await prepareOffline(request, SIGNER, outpost))),
    ];
    const seed = Buffer.alloc(32, 1);
    for (const form of [seed.toString('hex'), seed.toString('base64'), zBase32.encode(seed)]) {
      for (const file of files) expect(file).not.toContain(form.slice(0, 40));
    }
    expect(files.map((file) => file.length).every((length) => length < 4_000)).toBe(true);
  });
});
