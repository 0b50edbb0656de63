import { concatBytes, decodeUtf8, type IdentitySigner } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  createPacketTarget,
  type DnsRecord,
  encodeDnsMessage,
  type FailedTarget,
  isFormerDevice,
  ownName,
  type Publication,
  parseKeyRecord,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { signStatements } from '../../src/lifecycle/sign-statements.ts';
import { packetChangeOf } from '../../src/publications/packet-target.ts';
import { isTooLarge } from '../../src/publishing/packet-change.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { clockAt, NOISE_KEY, OWNER, STAMPED } from '../records/key-records.ts';
import { ModelStore } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const IDENTITY = OWNER.publicKey;
const HOMESERVER = userRecord({ identity: IDENTITY, homeserver: filled(8) });
const DAY = 86_400n;

const former = (number: number): string => `default-${`${number}`.repeat(16)}`;
const at = (device: string): string => ownName(IDENTITY, `_noise.${device}`);

interface Wanted {
  readonly device: string;
  readonly revoked?: boolean;
  /** Its age. */
  readonly days?: number;
  readonly signer?: IdentitySigner;
}

async function published(
  { device, revoked = false, days = 0, signer = OWNER }: Wanted,
  seconds = STAMPED - BigInt(days) * DAY,
): Promise<Publication> {
  const kind = revoked ? 'revocation' : 'key';
  const statement = { kind, device, noiseKey: NOISE_KEY, timestampSeconds: seconds } as const;
  const [signed] = await signStatements(signer, [statement]);
  return { ...(signed as Publication), identity: IDENTITY };
}

/** A record in a packet. */
async function standing(wanted: Wanted): Promise<DnsRecord> {
  const rules = { name: 'model', ttlSeconds: 300, nowMs: 0 };
  return packetChangeOf(await published(wanted), rules).records[0] as DnsRecord;
}

const publicationOf = (device: string, kind: 'key' | 'revocation'): Promise<Publication> =>
  published({ device, revoked: kind === 'revocation' }, STAMPED + 1n);

async function packetOf(records: readonly DnsRecord[]) {
  const store = new ModelStore();
  store.force(await signPacket(OWNER, records, 1n));
  const target = createPacketTarget({ packets: store, signer: OWNER, clock: clockAt(STAMPED + 2n) });
  const names = () =>
    (store.peek(IDENTITY)?.records ?? []).map(({ name }) => name.split('.').slice(0, -1).join('.'));
  return { store, target, names };
}

describe('a packet without room', () => {
  it('[O4] [S2.3] loses revocations of more than 37 days for another one, the oldest first, and no more than it has to', async () => {
    const { target, names } = await packetOf([
      HOMESERVER,
      await standing({ device: 'default' }),
      await standing({ device: former(1), revoked: true, days: 38 }),
      await standing({ device: former(2), revoked: true, days: 90 }),
    ]);
    await target.publish(await publicationOf(former(3), 'revocation'));
    expect(names()).toEqual(['_pubky', '_noise.default', `_noise.${former(1)}`, `_noise.${former(3)}`]);
  });

  it('[S2.3] loses stale keys of former devices before those whose overlap is not over', async () => {
    const { target, names } = await packetOf([
      HOMESERVER,
      text(ownName(IDENTITY, '_other'), 'x'.repeat(200)),
      await standing({ device: former(1), days: 8 }),
      await standing({ device: former(2), days: 31 }),
    ]);
    await target.publish(await publicationOf(former(3), 'revocation'));
    expect(names()).toEqual(['_pubky', '_other', `_noise.${former(1)}`, `_noise.${former(3)}`]);
  });

  it('[O3] loses what is too old for the record of another former key too, and nothing else for it', async () => {
    const old = await standing({ device: former(2), revoked: true, days: 38 });
    const records = [HOMESERVER, await standing({ device: 'default' }), await standing({ device: 'laptop' })];
    const one = await packetOf([...records, old]);
    await one.target.publish(await publicationOf(former(3), 'key'));
    expect(one.names()).not.toContain(`_noise.${former(2)}`);
    const two = await packetOf([...records, await standing({ device: former(2), days: 7 })]);
    const before = two.names();
    await two.target.publish(await publicationOf(former(3), 'key'));
    expect([two.names(), two.store.history.length]).toEqual([before, 0]);
  });

  it('[O3] [O5] does without a former key that finds no room, and says so: only that', async () => {
    const { target, names, store } = await packetOf([
      HOMESERVER,
      await standing({ device: 'default' }),
      await standing({ device: former(1), days: 1 }),
    ]);
    const told: (readonly FailedTarget[])[] = [];
    await target.publish(await publicationOf(former(2), 'key'), { onPartial: (failed) => told.push(failed) });
    expect(names()).toEqual(['_pubky', '_noise.default', `_noise.${former(1)}`]);
    expect(store.history).toEqual([]);
    expect(told).toMatchObject([
      [{ target: 'model', error: { code: 'DISCOVERY_PACKET_TOO_LARGE', context: { length: 1_010 } } }],
    ]);
    const others = ['a', 'b', 'c'].map((name) => text(ownName(IDENTITY, name), 'x'.repeat(220)));
    const full = await packetOf([HOMESERVER, ...others]);
    const refused = await rejectionOf(full.target.publish(await publicationOf('default', 'key')));
    expect(refused.code).toBe('DISCOVERY_PACKET_TOO_LARGE');
  });

  it.each([
    {
      title: 'three devices, ids of 45 characters together',
      devices: ['default', 'a'.repeat(20), 'b'.repeat(18)],
      fits: true,
    },
    { title: 'three devices, ids of 46', devices: ['default', 'a'.repeat(20), 'b'.repeat(19)], fits: false },
    {
      title: 'a device, its former key, and another device',
      devices: ['default', 'laptop', former(1)],
      fits: true,
    },
    {
      title: 'two former keys of a device of 3',
      devices: ['abc', `abc-${'1'.repeat(16)}`, `abc-${'2'.repeat(16)}`],
      fits: true,
    },
    {
      title: 'two former keys of a device of 4',
      devices: ['abcd', `abcd-${'1'.repeat(16)}`, `abcd-${'2'.repeat(16)}`],
      fits: false,
    },
    { title: 'four devices', devices: ['a', 'b', 'c', 'd'], fits: false },
  ])('[O3] has room, as documented: $title', async ({ devices, fits }) => {
    const records = await Promise.all(devices.map((device) => standing({ device })));
    const build = () => encodeDnsMessage([HOMESERVER, ...records]).length;
    if (fits) expect(build()).toBeLessThanOrEqual(1_000);
    else expect(build).toThrow(expect.objectContaining({ code: 'DISCOVERY_PACKET_TOO_LARGE' }));
  });

  it('[O4] [F3] says of a revocation clearly that none of the others may give way, and stays as it is', async () => {
    const { target, names, store } = await packetOf([
      HOMESERVER,
      await standing({ device: 'default' }),
      await standing({ device: former(1), revoked: true }),
      await standing({ device: former(2), revoked: true, days: 36 }),
    ]);
    const before = names();
    const error = await rejectionOf(target.publish(await publicationOf(former(3), 'revocation')));
    expect(error).toMatchObject({
      code: 'DISCOVERY_REVOCATION_NO_ROOM',
      retryable: false,
      context: { target: 'model', device: former(3), maximum: 1_000, records: 5 },
      message: expect.stringContaining('none of which may give way'),
    });
    expect([names(), store.history.length]).toEqual([before, 0]);
  });

  it('[S2.3] loses no record at the id of a former key that the identity did not sign', async () => {
    const foreign = await standing({ device: former(2), days: 400, signer: numbered(7) });
    const { target } = await packetOf([
      HOMESERVER,
      await standing({ device: 'default' }),
      await standing({ device: 'laptop' }),
      foreign,
    ]);
    const error = await rejectionOf(target.publish(await publicationOf(former(3), 'revocation')));
    expect(error.code).toBe('DISCOVERY_REVOCATION_NO_ROOM');
  });

  it('[S2.3] never loses what may not give way, nor more than has to, whatever stands in it', async () => {
    const DEVICES = ['default', 'laptop', former(1), former(2), former(3), former(4)];
    const pool = await Promise.all(
      DEVICES.flatMap((device) =>
        [0, 8, 31, 36, 38].flatMap((days) =>
          [false, true].map(async (revoked) => ({
            days,
            device,
            revoked,
            record: await standing({ device, revoked, days }),
          })),
        ),
      ),
    );
    const publications = await Promise.all(
      DEVICES.flatMap((device) =>
        (['key', 'revocation'] as const).map((kind) => publicationOf(device, kind)),
      ),
    );
    const fits = (records: readonly DnsRecord[]): boolean => {
      try {
        return encodeDnsMessage(records).length > 0;
      } catch (error) {
        expect(isTooLarge(error)).toBe(true);
        return false;
      }
    };
    const packets = fc
      .uniqueArray(fc.constantFrom(...pool), { selector: ({ device }) => device, maxLength: 4 })
      .filter((list) => fits([HOMESERVER, ...list.map(({ record }) => record)]));
    await fc.assert(
      fc.asyncProperty(packets, fc.constantFrom(...publications), async (list, publication) => {
        const before = [HOMESERVER, ...list.map(({ record }) => record)];
        const { store, target } = await packetOf(before);
        let isLeftOut = false;
        const onPartial = () => {
          isLeftOut = true;
        };
        const isDone = await target.publish(publication, { onPartial }).then(
          () => true,
          () => false,
        );
        const after = store.peek(IDENTITY)?.records ?? [];
        if (!isDone || isLeftOut) {
          expect(after).toEqual(before);
          expect(isLeftOut && (publication.kind !== 'key' || !isFormerDevice(publication.device))).toBe(
            false,
          );
          return;
        }
        expect(after[0]).toEqual(HOMESERVER);
        const own = after.find(({ name }) => name === at(publication.device)) as DnsRecord;
        const gone = list.filter(
          ({ device, record }) =>
            device !== publication.device && !after.some(({ name }) => name === record.name),
        );
        const isUrgent = publication.kind === 'revocation' || !isFormerDevice(publication.device);
        for (const { device, revoked, days } of gone) {
          expect(isFormerDevice(device)).toBe(true);
          expect(revoked ? days > 37 : isUrgent || days > 30).toBe(true);
        }
        // Whoever is the last to go would not have had room either.
        for (const { record } of gone.slice(0, 1)) {
          const isSpent = ({ revoked, days }: (typeof gone)[number]) => days > (revoked ? 37 : 30);
          // Of equals the one that stands first goes first.
          const last = gone
            .toReversed()
            .toSorted(
              (left, right) => Number(isSpent(left)) - Number(isSpent(right)) || left.days - right.days,
            )[0];
          expect(fits([...after, last?.record ?? record])).toBe(false);
        }
        const record = own.data.type === 'TXT' ? decodeUtf8(concatBytes(...own.data.strings)) : '';
        expect(parseKeyRecord(record).revoked).toBe(publication.kind === 'revocation');
      }),
      { numRuns: effort(400) },
    );
  });
});
