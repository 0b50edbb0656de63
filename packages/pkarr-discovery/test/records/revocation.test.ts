import type { IdentitySigner } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { formatKeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord, signRevocation } from '../../src/records/sign-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { rejectionOf, thrownBy } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { clockAt, DEVICE, NOISE_KEY, OWNER, recordText, STAMPED } from './key-records.ts';

const CLAIM = { noiseKey: NOISE_KEY, device: DEVICE, timestampSeconds: STAMPED };
const NOW = { clock: clockAt(STAMPED) };
const asked = { identity: OWNER.publicKey, device: DEVICE };
const code = (record: string, change: Partial<typeof asked> = {}) =>
  thrownBy(() => verifyKeyRecord({ ...asked, ...change, record }, NOW)).code;

describe.each([
  ['signRevocation', signRevocation],
  [
    'signKeyRecord',
    (signer: IdentitySigner, claim: typeof CLAIM) => signKeyRecord(signer, { ...claim, revoked: true }),
  ],
] as const)('%s of a revoked key (P8 W-11)', (_, sign) => {
  it('signs a revocation that fits one string, and that no 0.8 peer takes for a key [O4] [S2.3]', async () => {
    const record = formatKeyRecord(await sign(OWNER, CLAIM));
    expect(record).toHaveLength(171);
    // 0.8 verifies `sig`, does not know `revoked`, and refuses records without `sig`.
    expect(record).not.toContain(';sig=');
    expect(verifyKeyRecord({ ...asked, record }, NOW)).toMatchObject({
      kind: 'revocation',
      revokedKey: NOISE_KEY,
      timestampSeconds: STAMPED,
      text: record,
    });
  });

  it('is the word of the identity about this key, device and time alone [F3]', async () => {
    const record = formatKeyRecord(await sign(OWNER, CLAIM));
    expect(code(record, { identity: numbered(2).publicKey })).toBe('DISCOVERY_FRESHNESS_FORGED');
    expect(code(record, { device: 'phone2' })).toBe('DISCOVERY_FRESHNESS_FORGED');
    expect(code(record.replace(/;ts=\d+/, `;ts=${STAMPED + 1n}`))).toBe('DISCOVERY_FRESHNESS_FORGED');
    const other = (await recordText({ noiseKey: new Uint8Array(32).fill(5) })).split(';')[1] as string;
    expect(code(record.replace(/k=[^;]*/, other))).toBe('DISCOVERY_FRESHNESS_FORGED');
    expect(code(record.replace(/;ts=\d+/, ''))).toBe('DISCOVERY_KEY_RECORD_INCOMPLETE');
  });

  it('cannot be made a key, and a key without its binding is none [F3]', async () => {
    const record = formatKeyRecord(await sign(OWNER, CLAIM));
    expect(code(record.replace(';revoked=true', ''))).toBe('DISCOVERY_KEY_RECORD_INCOMPLETE');
    const bound = (await recordText()).match(/;sig=[^;]*/)?.[0] ?? '';
    const revived = record.replace(';revoked=true', '').replace(';ts=', `${bound};ts=`);
    expect(code(revived)).toBe('DISCOVERY_FRESHNESS_FORGED');
    expect(code(record.replace(/;fsig=.*/, ''))).toBe('DISCOVERY_KEY_RECORD_INCOMPLETE');
  });

  it('asks the signer once, and never about a key that is none', async () => {
    let asks = 0;
    const signer = {
      publicKey: OWNER.publicKey,
      sign: (message: Uint8Array) => {
        asks += 1;
        return OWNER.sign(message);
      },
    };
    await sign(signer, CLAIM);
    expect(asks).toBe(1);
    const weak = sign(signer, { ...CLAIM, noiseKey: new Uint8Array(32) });
    expect((await rejectionOf(weak)).code).toBe('DISCOVERY_WEAK_KEY');
  });
});
