import { concatBytes, decodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  createFileTarget,
  createPacketTarget,
  type KeyRecord,
  ownName,
  type Publication,
  parseKeyRecord,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { FakeFiles } from '../discovery/fakes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore } from '../relay-model.ts';

const HOMESERVER = userRecord({ identity: OWNER.publicKey, homeserver: filled(8) });
const PATH = `/pub/noise.app/v0/${DEVICE}`;
const NAME = ownName(OWNER.publicKey, `_noise.${DEVICE}`);

/** Every record of two keys and three seconds. */
const POOL: readonly Publication[] = await Promise.all(
  [3, 4].flatMap((key) =>
    [0n, 1n, 2n].flatMap((seconds) =>
      [{}, { unsigned: true }, { revoked: true }].map(async (change): Promise<Publication> => {
        const given = { noiseKey: filled(key), timestampSeconds: STAMPED + seconds, ...change };
        const kind = 'revoked' in change ? 'revocation' : 'key';
        return { kind, identity: OWNER.publicKey, device: DEVICE, record: await recordText(given) };
      }),
    ),
  ),
);

/** Whether it stands there, signed no earlier, that the key of a revocation is revoked. */
function isSaid(there: KeyRecord | undefined, publication: Publication): boolean {
  if (publication.kind !== 'revocation' || there?.freshnessSignature === undefined) return false;
  const mine = parseKeyRecord(publication.record);
  const isSame = there.revoked && `${there.noiseKey}` === `${mine.noiseKey}`;
  return isSame && (there.timestampSeconds ?? 0n) >= (mine.timestampSeconds ?? 0n);
}

/** A target, and what everybody reads there. */
async function places() {
  const files = new FakeFiles(OWNER.publicKey);
  const packets = new ModelStore();
  packets.force(await signPacket(OWNER, [HOMESERVER], 1n));
  const inPacket = () =>
    (packets.peek(OWNER.publicKey)?.records ?? []).flatMap(({ name, data }) =>
      name === NAME && data.type === 'TXT' ? [decodeUtf8(concatBytes(...data.strings))] : [],
    );
  return {
    packets,
    all: [
      {
        target: createFileTarget({ identity: OWNER.publicKey, own: files, files }),
        read: () => [files.peek(PATH)].filter((text) => text !== undefined),
      },
      {
        target: createPacketTarget({ packets, signer: OWNER, clock: clockAt(STAMPED) }),
        read: inPacket,
      },
    ],
  };
}

describe('publication targets', () => {
  it('never replace a newer record by an older one, nor a revocation by its key, and agree [S2.3]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...POOL), { maxLength: 6 }), async (publications) => {
        const { packets, all } = await places();
        for (const publication of publications) {
          const outcomes: string[] = [];
          for (const { target, read } of all) {
            const [before] = read().map(parseKeyRecord);
            const error = await target.publish(publication).then(
              () => undefined,
              (thrown: unknown) => thrown,
            );
            const [after, ...others] = read().map(parseKeyRecord);
            expect(others).toEqual([]);
            // The same word, later: it is published, and stays.
            if (isSaid(before, publication)) expect(error).toBeUndefined();
            if (error !== undefined || isSaid(before, publication)) expect(after).toEqual(before);
            else expect(read()).toEqual([publication.kind === 'retirement' ? undefined : publication.record]);
            if (before?.freshnessSignature !== undefined) {
              expect(after?.freshnessSignature).toBeDefined();
              const isSame = `${before.noiseKey}` === `${after?.noiseKey}`;
              if (before.revoked && isSame) expect(after?.revoked).toBe(true);
              const isNewer = (after?.timestampSeconds ?? 0n) >= (before.timestampSeconds ?? 0n);
              expect(isNewer || (isSame && after?.revoked)).toBe(true);
            }
            outcomes.push(`${error === undefined}`);
          }
          expect(new Set(outcomes).size).toBe(1);
          expect(packets.peek(OWNER.publicKey)?.records[0]).toEqual(HOMESERVER);
        }
      }),
      { numRuns: effort(120) },
    );
  });
});
