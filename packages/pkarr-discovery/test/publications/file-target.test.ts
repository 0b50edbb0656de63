import { describe, expect, it } from 'vitest';
import { createFileTarget, type Publication } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { FakeFiles } from '../discovery/fakes.ts';
import { DEVICE, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const PATH = `/pub/noise.app/v0/${DEVICE}`;
const RETIREMENT = { kind: 'retirement', identity: OWNER.publicKey, device: DEVICE } as const;

async function keyOf(change: RecordChange = {}): Promise<Publication & { readonly record: string }> {
  const kind = change.revoked ? 'revocation' : 'key';
  return { kind, identity: OWNER.publicKey, device: DEVICE, record: await recordText(change) };
}

function open() {
  const files = new FakeFiles(OWNER.publicKey);
  files.keepsLimits = true;
  const identity = Uint8Array.from(OWNER.publicKey);
  const target = createFileTarget({ identity, own: files, files });
  identity.fill(0);
  return { files, target };
}

describe('createFileTarget', () => {
  it('puts the record where peers look for it, and reads it back [I3]', async () => {
    const { files, target } = open();
    const key = await keyOf();
    await target.publish(key);
    expect(files.peek(PATH)).toBe(key.record);
    expect(files.reads).toHaveLength(2);
    expect(
      files.reads.every(({ maximumBytes, timeoutMs }) => maximumBytes === 4_096 && timeoutMs === 30_000),
    ).toBe(true);
    expect(target.name).toBe('homeserver');
  });

  it('writes nothing that is there already', async () => {
    const { files, target } = open();
    await target.publish(await keyOf());
    await target.publish(await keyOf());
    expect(files.writes).toEqual([`put ${PATH}`]);
  });

  it('replaces an older record, revokes and retires [O3] [O4]', async () => {
    const { files, target } = open();
    await target.publish(await keyOf());
    await target.publish(await keyOf({ noiseKey: filled(9), timestampSeconds: STAMPED + 1n }));
    const revocation = await keyOf({ noiseKey: filled(9), timestampSeconds: STAMPED + 2n, revoked: true });
    await target.publish(revocation);
    expect(files.peek(PATH)).toBe(revocation.record);
    await target.publish(RETIREMENT);
    await target.publish(RETIREMENT);
    expect(files.peek(PATH)).toBeUndefined();
  });

  it('takes a revocation for published where the same key is revoked by a later word, and leaves that [O4] [S2.3]', async () => {
    const { files, target } = open();
    const later = await keyOf({ timestampSeconds: STAMPED + 9n, revoked: true });
    await target.publish(later);
    await target.publish(await keyOf({ revoked: true }));
    expect(files.peek(PATH)).toBe(later.record);
    const other = await rejectionOf(target.publish(await keyOf({ noiseKey: filled(9), revoked: true })));
    expect(other.code).toBe('DISCOVERY_NEWER_PUBLISHED');
  });

  it('leaves a newer record alone [S2.3]', async () => {
    const { files, target } = open();
    const newer = await keyOf({ timestampSeconds: STAMPED + 1n });
    await target.publish(newer);
    expect((await rejectionOf(target.publish(await keyOf()))).code).toBe('DISCOVERY_NEWER_PUBLISHED');
    expect(files.peek(PATH)).toBe(newer.record);
  });

  it.each([4_097, 100_000])(
    '[O4] [S2.3] replaces a file of %i bytes, by a key, a revocation or nothing: it can be no record',
    async (length) => {
      const { files, target } = open();
      const tooLong = () => files.force(PATH, 'x'.repeat(length));
      for (const publication of [await keyOf(), await keyOf({ revoked: true })]) {
        tooLong();
        await target.publish(publication);
        expect(files.peek(PATH)).toBe(publication.record);
      }
      tooLong();
      await target.publish(RETIREMENT);
      expect(files.peek(PATH)).toBeUndefined();
    },
  );

  it('[O4] confirms nothing while such a file comes back', async () => {
    const { files, target } = open();
    files.before = (call) => {
      if (call === 'get') files.force(PATH, 'x'.repeat(4_097));
    };
    for (const publication of [await keyOf({ revoked: true }), RETIREMENT]) {
      expect((await rejectionOf(target.publish(publication))).code).toBe('DISCOVERY_NOT_CONFIRMED');
    }
  });

  it('writes nothing after a read that failed [O5] [S2.3]', async () => {
    const { files, target } = open();
    files.before = (call) => {
      if (call === 'get') throw offline();
    };
    expect((await rejectionOf(target.publish(await keyOf()))).code).toBe('DISCOVERY_OFFLINE');
    expect(files.writes).toEqual([]);
  });

  it('says so if what it has written is not what everybody reads [F3]', async () => {
    const { files, target } = open();
    const key = await keyOf();
    for (const content of ['v=1;k=other', undefined]) {
      files.before = (call) => {
        if (call !== 'get' || files.writes.length === 0) return;
        if (content === undefined) files.delete(PATH);
        else files.force(PATH, content);
      };
      expect((await rejectionOf(target.publish(key))).code).toBe('DISCOVERY_NOT_CONFIRMED');
    }
    files.before = (call) => {
      if (call === 'get') files.force(PATH, 'still there');
    };
    expect((await rejectionOf(target.publish(RETIREMENT))).code).toBe('DISCOVERY_NOT_CONFIRMED');
  });

  it('publishes for nobody else, and passes its signal on [T2]', async () => {
    const { files, target } = open();
    const foreign = { ...(await keyOf()), identity: numbered(2).publicKey };
    expect((await rejectionOf(target.publish(foreign))).code).toBe('DISCOVERY_BAD_PUBLICATION');
    const { signal } = new AbortController();
    await target.publish(await keyOf(), { signal });
    expect(files.reads.every((read) => read.signal === signal)).toBe(true);
    const short = { identity: new Uint8Array(3), own: files, files };
    expect(() => createFileTarget(short)).toThrow(
      expect.objectContaining({ code: 'DISCOVERY_WRONG_LENGTH' }),
    );
  });
});
