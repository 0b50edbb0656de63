import { describe, expect, it } from 'vitest';
import { findPacketFaults, PACKET_CODECS } from '../candidates/packets.mjs';
import { IDENTITY, PACKETS } from '../discovery-cases.mjs';

const SAMPLES = Object.entries(PACKETS);
/** The others weaken libsodium for every test of this process; the bench itself judges them, in a process of its own. */
const HARMLESS = PACKET_CODECS.filter(({ load }) => load === undefined);

describe.each(HARMLESS)('findPacketFaults of $name', (codec) => {
  it.each(SAMPLES)('finds none in a packet of %s', async (_, makeRecords) => {
    const sample = { publicKey: IDENTITY, records: await makeRecords() };
    expect(findPacketFaults(codec, sample)).toEqual([]);
  });

  it('finds records that are written or read wrongly', async () => {
    const [makeRecords] = Object.values(PACKETS);
    const records = (await makeRecords?.()) ?? [];
    const others = records.map((record) => ({ ...record, ttl: 1 }));
    const wrong = {
      ...codec,
      open: () => codec.open({ publicKey: IDENTITY, records: others }),
    };
    expect(findPacketFaults(wrong, { publicKey: IDENTITY, records })).toEqual([
      'what was written reads otherwise',
      'what was read is something else',
    ]);
  });
});
