import { inspect } from 'node:util';
import { base64, encodeUtf8, hex } from '@pubky-paykit/primitives';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { sampled } from '../../../../tooling/vitest/effort.ts';
import { signKeyBinding } from '../../src/records/binding-signature.ts';
import { signFreshness } from '../../src/records/freshness-signature.ts';
import { formatKeyRecord, type KeyRecord, parseKeyRecord } from '../../src/records/key-record.ts';
import { type KeyRecordPolicy, verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { bytes, filled, flipped, thrownBy } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { clockAt, DEVICE, NOISE_KEY, OWNER, recordText, STAMPED, signedRecord } from './key-records.ts';

const CLAIM = { identity: OWNER.publicKey, device: DEVICE };
const NOW = { clock: clockAt(STAMPED) };
const OTHER_KEY = filled(3);

const TEXT = await recordText();

/** Code of the refusal, or what was made of the record. */
function verdict(
  record: string | Uint8Array,
  change: Partial<typeof CLAIM> = {},
  policy: KeyRecordPolicy = NOW,
) {
  try {
    return verifyKeyRecord({ ...CLAIM, ...change, record }, policy).kind;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** A signed record with some of its parts changed afterwards, by somebody without the identity. */
async function tampered(change: Partial<KeyRecord>, unsigned = false): Promise<string> {
  return formatKeyRecord({ ...(await signedRecord({ unsigned })), ...change });
}

describe('verifyKeyRecord', () => {
  it('makes a verified key of a record with signed freshness [S2.1]', async () => {
    const record = await recordText();
    const found = verifyKeyRecord({ ...CLAIM, record }, NOW);
    expect(found).toMatchObject({
      kind: 'key',
      identity: OWNER.publicKey,
      device: DEVICE,
      noiseKey: NOISE_KEY,
      timestampSeconds: STAMPED,
      freshness: 'signed',
      text: record,
    });
    expect(verifyKeyRecord({ ...CLAIM, record: encodeUtf8(record) }, NOW)).toMatchObject({ text: record });
  });

  it('keeps a text of its own, which is verified again when it is loaded, and no older than it was [S2.2]', async () => {
    const spelled = `x=1;${(await recordText()).replace(';ts=', ';\n;ts=+000')};junk`;
    const { text } = verifyKeyRecord({ ...CLAIM, record: spelled }, NOW);
    expect(text).toBe(await recordText());
    expect(verdict(text, {}, { clock: clockAt(STAMPED + 2_592_000n) })).toBe('key');
    expect(verdict(text, {}, { clock: clockAt(STAMPED + 2_592_001n) })).toBe('DISCOVERY_KEY_STALE');
  });

  it('refuses a record that is too old or from the future without being asked to (P8 W-10) [S2.1] [F3]', async () => {
    for (const unsigned of [false, true]) {
      const record = await recordText({ unsigned });
      const at = (seconds: bigint) => verdict(record, {}, { clock: clockAt(STAMPED + seconds) });
      expect(at(2_592_000n)).toBe('key');
      expect(at(2_592_001n)).toBe('DISCOVERY_KEY_STALE');
      expect(at(-300n)).toBe('key');
      expect(at(-301n)).toBe('DISCOVERY_KEY_FROM_FUTURE');
    }
  });

  it('refuses the record of another identity, device or key (PK-2, PK-3) [S2.1] [F3]', async () => {
    for (const unsigned of [false, true]) {
      const record = await recordText({ unsigned });
      expect(verdict(record, { identity: numbered(2).publicKey })).toBe('DISCOVERY_KEY_RECORD_FORGED');
      expect(verdict(record, { device: 'phone2' })).toBe('DISCOVERY_KEY_RECORD_FORGED');
      const swapped = await tampered({ noiseKey: OTHER_KEY }, unsigned);
      expect(verdict(swapped)).toBe('DISCOVERY_KEY_RECORD_FORGED');
    }
  });

  it('refuses weak keys, though the identity has signed them (N8 W-02, P8 W-12) [S4.1] [F3]', async () => {
    const record = await recordText({ unsigned: true });
    for (const point of LOW_ORDER_POINTS) {
      const weak = record.replace(/k=[^;]*/, `k=${Buffer.from(point).toString('base64')}`);
      expect(verdict(weak)).toBe('DISCOVERY_WEAK_KEY');
    }
  });

  it('refuses a record without signature, or without time (PK-11) [F3]', async () => {
    const { signature: _, ...unbound } = await signedRecord();
    const { timestampSeconds: __, ...timeless } = await signedRecord({ unsigned: true });
    const error = (record: KeyRecord) =>
      thrownBy(() => verifyKeyRecord({ ...CLAIM, record: formatKeyRecord(record) }, NOW));
    expect(error(unbound)).toMatchObject({
      code: 'DISCOVERY_KEY_RECORD_INCOMPLETE',
      context: { field: 'sig' },
    });
    expect(error(timeless)).toMatchObject({
      code: 'DISCOVERY_KEY_RECORD_INCOMPLETE',
      context: { field: 'ts' },
    });
    const stripped = (await recordText()).replace(/;ts=\d+/, '');
    expect(verdict(stripped)).toBe('DISCOVERY_KEY_RECORD_INCOMPLETE');
  });

  it('refuses a time or revocation other than the signed one with a code of its own (N8 W-16, P8 W-09, W-11) [F3]', async () => {
    const changes: readonly Partial<KeyRecord>[] = [
      { timestampSeconds: STAMPED + 1n },
      { timestampSeconds: STAMPED - 1n },
      { revoked: true },
      { freshnessSignature: new Uint8Array(64) },
      { freshnessSignature: await signKeyBinding(OWNER, { noiseKey: NOISE_KEY, device: DEVICE }) },
      {
        freshnessSignature: await signFreshness(numbered(2), {
          noiseKey: NOISE_KEY,
          device: DEVICE,
          timestampSeconds: STAMPED,
          revoked: false,
        }),
      },
    ];
    for (const change of changes) {
      expect(verdict(await tampered(change))).toBe('DISCOVERY_FRESHNESS_FORGED');
    }
    expect(verdict((await recordText({ revoked: true, bound: true })).replace(';revoked=true', ''))).toBe(
      'DISCOVERY_FRESHNESS_FORGED',
    );
  });

  it('does not take a re-stamped record for a fresh one, which 0.8 does for ever (N8 W-16, P8 W-09)', async () => {
    const later = { clock: clockAt(STAMPED + 31_536_000n) };
    const restamped = await tampered({ timestampSeconds: STAMPED + 31_536_000n });
    expect(verdict(restamped, {}, later)).toBe('DISCOVERY_FRESHNESS_FORGED');
    const stripped = restamped.replace(/;fsig=.*/, '');
    expect(verdict(stripped, {}, { ...later, requireSignedFreshness: true })).toBe(
      'DISCOVERY_FRESHNESS_UNSIGNED',
    );
    // The weaker rule for records of 0.8, as documented: rememberKeyRecord refuses this one.
    expect(verdict(stripped, {}, later)).toBe('key');
  });

  it('refuses records of 0.8 where the policy asks for signed freshness [F3]', async () => {
    const policy = { ...NOW, requireSignedFreshness: true };
    expect(verdict(await recordText(), {}, policy)).toBe('key');
    expect(verdict(await recordText({ unsigned: true }), {}, policy)).toBe('DISCOVERY_FRESHNESS_UNSIGNED');
    expect(verdict(await recordText({ unsigned: true }), {}, { ...NOW, requireSignedFreshness: false })).toBe(
      'key',
    );
  });

  it('obeys an unsigned revocation, and makes no value of it that could be remembered (P8 W-11) [F3]', async () => {
    const record = await recordText({ unsigned: true, revoked: true });
    for (const requireSignedFreshness of [false, true]) {
      expect(
        thrownBy(() => verifyKeyRecord({ ...CLAIM, record }, { ...NOW, requireSignedFreshness })),
      ).toMatchObject({ code: 'DISCOVERY_KEY_REVOKED', context: { proof: 'unsigned' }, retryable: false });
    }
    const years = { clock: clockAt(STAMPED + 100_000_000n) };
    expect(verdict(record, {}, years)).toBe('DISCOVERY_KEY_REVOKED');
    const added = await recordText({ unsigned: true });
    for (const field of ['revoked=true', 'revoked=TRUE', 'revoked=', 'revoked=1;revoked=false']) {
      expect(verdict(`${added};${field}`)).toBe('DISCOVERY_KEY_REVOKED');
      expect(verdict(`${field};${added}`)).toBe('DISCOVERY_KEY_REVOKED');
    }
  });

  it('makes a value of another kind of a signed revocation, however old it is (P8 W-11) [S2.3]', async () => {
    const record = await recordText({ revoked: true });
    for (const seconds of [-300n, 0n, 2_592_001n, 1_000_000_000n]) {
      const found = verifyKeyRecord({ ...CLAIM, record }, { clock: clockAt(STAMPED + seconds) });
      expect(found).toMatchObject({
        kind: 'revocation',
        identity: OWNER.publicKey,
        device: DEVICE,
        revokedKey: NOISE_KEY,
        timestampSeconds: STAMPED,
        text: record,
      });
      expect('noiseKey' in found).toBe(false);
    }
  });

  it('gives one text to a signed revocation, whatever stands beside it as a binding', async () => {
    const record = await recordText({ revoked: true });
    const bound = await recordText({ revoked: true, bound: true });
    const mangled = bound.replace(/;sig=[^;]*/, `;sig=${base64.encode(new Uint8Array(64).fill(1))}`);
    for (const text of [record, bound, mangled, `x=1;${mangled}`]) {
      expect(verifyKeyRecord({ ...CLAIM, record: text }, NOW)).toMatchObject({
        kind: 'revocation',
        text: record,
      });
    }
  });

  it('believes a signed revocation from the future, but not its date', async () => {
    const record = await recordText({ revoked: true });
    const found = verifyKeyRecord({ ...CLAIM, record }, { clock: clockAt(STAMPED - 301n) });
    expect(found).toMatchObject({ kind: 'revocation', timestampSeconds: undefined });
  });

  it('refuses every flipped bit of key, freshness signature, time, device, identity and revocation (N8 W-16) [S2.1]', async () => {
    const record = await signedRecord();
    const bits = (length: number) => sampled(Array.from({ length }, (_, bit) => bit));
    const text = (change: Partial<KeyRecord>) => formatKeyRecord({ ...record, ...change });
    const { noiseKey, freshnessSignature, timestampSeconds } = record as Required<KeyRecord>;
    const altered: readonly [record: string, change?: Partial<typeof CLAIM>][] = [
      ...bits(512).map((bit): [string] => [text({ freshnessSignature: flipped(freshnessSignature!, bit) })]),
      ...bits(254).map((bit): [string] => [text({ noiseKey: flipped(noiseKey, bit) })]),
      ...bits(64).map((bit): [string] => [
        text({ timestampSeconds: timestampSeconds! ^ (1n << BigInt(bit)) }),
      ]),
      ...bits(256).map((bit): [string, Partial<typeof CLAIM>] => [
        text({}),
        { identity: flipped(OWNER.publicKey, bit) },
      ]),
      ...[...DEVICE].map((_, i): [string, Partial<typeof CLAIM>] => [
        text({}),
        { device: `${DEVICE.slice(0, i)}x${DEVICE.slice(i + 1)}` },
      ]),
      [text({ revoked: true })],
    ];
    const codes = altered.map(([altered, change]) => verdict(altered, change));
    expect(new Set(codes)).toEqual(new Set(['DISCOVERY_KEY_RECORD_FORGED', 'DISCOVERY_FRESHNESS_FORGED']));
    expect(verdict(text({}))).toBe('key');
  });

  it('refuses every flipped bit of the binding signature of a record that signs nothing else [S2.1]', async () => {
    const record = await signedRecord({ unsigned: true });
    const codes = sampled(Array.from({ length: 512 }, (_, bit) => bit)).map((bit) => {
      const signature = flipped(record.signature as Uint8Array, bit);
      return verdict(formatKeyRecord({ ...record, signature }));
    });
    expect(new Set(codes)).toEqual(new Set(['DISCOVERY_KEY_RECORD_FORGED']));
  });

  it('takes the freshness signature alone for the word of the identity, but wants a binding for readers of 0.8', async () => {
    const signature = new Uint8Array(64);
    expect(verdict(await tampered({ signature }))).toBe('key');
    const none = { signature, freshnessSignature: new Uint8Array(64) };
    expect(verdict(await tampered(none))).toBe('DISCOVERY_KEY_RECORD_FORGED');
    expect(verdict(await tampered({ signature: undefined }))).toBe('DISCOVERY_KEY_RECORD_INCOMPLETE');
  });

  it('does not take the signature that fits every message for a small-order identity (N8 W-14, P8 W-54)', () => {
    const identity = bytes(`01${'00'.repeat(31)}`);
    const signature = bytes(`58${'66'.repeat(31)}01${'00'.repeat(31)}`);
    for (const freshnessSignature of [undefined, signature]) {
      const value = { noiseKey: NOISE_KEY, signature, timestampSeconds: STAMPED, revoked: false };
      const record = formatKeyRecord({ ...value, freshnessSignature });
      expect(verdict(record, { identity })).toBe('DISCOVERY_KEY_RECORD_FORGED');
    }
  });

  it('refuses what is asked wrongly before it looks at the record', () => {
    expect(verdict('', { identity: new Uint8Array(31) })).toBe('DISCOVERY_WRONG_LENGTH');
    expect(verdict('', { device: 'a/b' })).toBe('DISCOVERY_BAD_DEVICE');
    expect(verdict('')).toBe('DISCOVERY_KEY_RECORD_MALFORMED');
  });

  it('refuses a maximum age that is none, so that it is never switched off by mistake (P8 W-10)', async () => {
    const record = await recordText();
    for (const maximumAgeSeconds of [Number.POSITIVE_INFINITY, Number.NaN, -1]) {
      expect(() => verifyKeyRecord({ ...CLAIM, record }, { ...NOW, maximumAgeSeconds })).toThrow(RangeError);
    }
  });

  it('names identities by their first 8 bytes in errors', async () => {
    const error = thrownBy(() => verifyKeyRecord({ ...CLAIM, device: 'x', record: TEXT }, NOW));
    expect(error.context).toEqual({ identity: hex.encode(OWNER.publicKey.subarray(0, 8)) });
    const shown = `${inspect(error)}${JSON.stringify(error)}`;
    expect(shown).not.toContain(hex.encode(OWNER.publicKey));
    expect(shown).not.toContain(Buffer.from(NOISE_KEY).toString('base64'));
  });
});

describe('the four fields of 0.8', () => {
  it('are read by a reader of 0.8 as if the others were not there', async () => {
    const { freshnessSignature: _, ...rest } = parseKeyRecord(TEXT);
    expect(formatKeyRecord(rest)).toBe(await recordText({ unsigned: true }));
    expect(TEXT.startsWith(`${await recordText({ unsigned: true })};`)).toBe(true);
  });
});
