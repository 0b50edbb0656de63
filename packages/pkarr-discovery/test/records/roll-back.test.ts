import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { DISCOVERY_ERRORS } from '../../src/errors.ts';
import {
  NOTHING_REMEMBERED,
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
  rollBackRefusal,
} from '../../src/records/roll-back.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../../src/records/verified-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { filled } from '../bytes.ts';
import {
  clockAt,
  DEVICE,
  OWNER,
  recordText,
  STAMPED,
  verifiedKey,
  verifiedRevocation,
} from './key-records.ts';

const [A, B] = [filled(3), filled(4)];
const at = (seconds: number) => ({ timestampSeconds: STAMPED + BigInt(seconds) });
type Seen = VerifiedKeyRecord | VerifiedRevocation;

/** What becomes of records that are seen one after the other. */
async function outcomes(...records: readonly (Seen | Promise<Seen>)[]): Promise<RollBackOutcome[]> {
  let memory: RollBackMemory = NOTHING_REMEMBERED;
  const found: RollBackOutcome[] = [];
  for (const record of records) {
    const remembered = rememberKeyRecord(memory, await record);
    memory = remembered.memory;
    found.push(remembered.outcome);
  }
  return found;
}

describe.each([false, true])('rememberKeyRecord, with unsigned times: %s', (unsigned) => {
  const key = (noiseKey: Uint8Array, seconds: number) => verifiedKey({ noiseKey, unsigned, ...at(seconds) });

  it('accepts what is newer, and the same record again', async () => {
    expect(await outcomes(key(A, 0), key(A, 0), key(A, 1), key(B, 2))).toEqual(Array(4).fill('accepted'));
  });

  it('refuses what is older, with the same key or another (P8 W-09) [S2.3]', async () => {
    expect(await outcomes(key(A, 5), key(A, 4))).toEqual(['accepted', 'rolled-back']);
    expect(await outcomes(key(A, 0), key(B, 5), key(A, 0), key(A, 4), key(B, 5))).toEqual([
      'accepted',
      'accepted',
      'rolled-back',
      'rolled-back',
      'accepted',
    ]);
  });

  it('refuses another key of the same second (P8 W-09) [S2.3]', async () => {
    expect(await outcomes(key(A, 0), key(B, 0), key(A, 0))).toEqual(['accepted', 'rolled-back', 'accepted']);
  });

  it('remembers the newest record and who says when it is from', async () => {
    const { memory } = rememberKeyRecord(NOTHING_REMEMBERED, await key(A, 7));
    expect(memory).toEqual({
      newest: {
        timestampSeconds: STAMPED + 7n,
        noiseKey: hex.encode(A),
        freshness: unsigned ? 'unsigned' : 'signed',
      },
      revokedKeys: [],
    });
  });
});

describe('rememberKeyRecord', () => {
  const signed = (noiseKey: Uint8Array, seconds: number) => verifiedKey({ noiseKey, ...at(seconds) });
  const unsigned = (noiseKey: Uint8Array, seconds: number) =>
    verifiedKey({ noiseKey, unsigned: true, ...at(seconds) });
  const revoked = (noiseKey: Uint8Array, seconds: number) => verifiedRevocation({ noiseKey, ...at(seconds) });

  it('lets no unsigned time count against a signed one (N8 W-16) [S2.3]', async () => {
    expect(await outcomes(unsigned(B, 300), signed(A, 0))).toEqual(['accepted', 'accepted']);
  });

  it('bounds what an unsigned time can do to the skew: the future is refused before it is remembered', async () => {
    const record = await recordText({ unsigned: true, ...at(301) });
    const claim = { identity: OWNER.publicKey, device: DEVICE, record };
    expect(() => verifyKeyRecord(claim, { clock: clockAt(STAMPED) })).toThrow();
    expect(await outcomes(unsigned(B, 300), unsigned(A, 299), unsigned(A, 301))).toEqual([
      'accepted',
      'rolled-back',
      'accepted',
    ]);
  });

  it('refuses an unsigned record of a device that has signed its time, however new it says it is (P8 W-09) [S2.3]', async () => {
    expect(await outcomes(signed(A, 0), unsigned(A, 0), unsigned(B, 9), signed(A, 1))).toEqual([
      'accepted',
      'downgraded',
      'downgraded',
      'accepted',
    ]);
    expect(await outcomes(revoked(A, 0), unsigned(B, 9))).toEqual(['revoked', 'downgraded']);
  });

  it('refuses a revoked key for ever, whoever signs it later (P8 W-11) [S2.3]', async () => {
    expect(
      await outcomes(signed(A, 0), revoked(A, 1), signed(A, 2), unsigned(A, 3), signed(B, 3), signed(A, 4)),
    ).toEqual(['accepted', 'revoked', 'revoked', 'revoked', 'accepted', 'revoked']);
  });

  it('lets a revocation of the same second win', async () => {
    expect(await outcomes(signed(A, 0), revoked(A, 0), signed(A, 0))).toEqual([
      'accepted',
      'revoked',
      'revoked',
    ]);
  });

  it('refuses what was signed before a revocation, though it was never seen [S2.3]', async () => {
    expect(await outcomes(revoked(A, 5), signed(B, 4), signed(B, 5), signed(B, 6))).toEqual([
      'revoked',
      'rolled-back',
      'rolled-back',
      'accepted',
    ]);
  });

  it('learns from an old revocation, which does not shut out the key that came after it', async () => {
    expect(await outcomes(signed(B, 5), revoked(A, 1), signed(B, 5), signed(A, 6))).toEqual([
      'accepted',
      'rolled-back',
      'accepted',
      'revoked',
    ]);
    expect(await outcomes(signed(A, 5), revoked(A, 1))).toEqual(['accepted', 'revoked']);
  });

  it('believes a revocation from the future without its date, which shuts nothing out', async () => {
    const record = await recordText({ noiseKey: A, revoked: true, ...at(1_000) });
    const claim = { identity: OWNER.publicKey, device: DEVICE, record };
    const early = verifyKeyRecord(claim, { clock: clockAt(STAMPED) });
    expect(await outcomes(early, signed(B, 1), signed(A, 2))).toEqual(['revoked', 'accepted', 'revoked']);
    expect(await outcomes(signed(B, 1), early, signed(B, 1), signed(B, 2))).toEqual([
      'accepted',
      'revoked',
      'accepted',
      'accepted',
    ]);
    expect(await outcomes(unsigned(B, 1), early, unsigned(B, 2))).toEqual([
      'accepted',
      'revoked',
      'downgraded',
    ]);
  });

  it('remembers 256 revoked keys, each once, and forgets the oldest', async () => {
    const remembered = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(64, '0'));
    const full = { newest: undefined, revokedKeys: remembered };
    const { memory } = rememberKeyRecord(full, await revoked(A, 0));
    expect(memory.revokedKeys).toEqual([...remembered.slice(1), hex.encode(A)]);
    const again = rememberKeyRecord(memory, await revoked(A, 1)).memory;
    expect(again.revokedKeys).toEqual(memory.revokedKeys);
  });

  it('changes nothing of what it is given', async () => {
    const frozen = Object.freeze({ newest: undefined, revokedKeys: Object.freeze([]) });
    expect(rememberKeyRecord(frozen, await revoked(A, 0)).memory).not.toBe(frozen);
    expect(NOTHING_REMEMBERED).toEqual({ newest: undefined, revokedKeys: [] });
    expect(Object.isFrozen(NOTHING_REMEMBERED) && Object.isFrozen(NOTHING_REMEMBERED.revokedKeys)).toBe(true);
  });
});

describe('rollBackRefusal', () => {
  it.each([
    ['rolled-back', 'DISCOVERY_KEY_ROLLED_BACK', {}],
    ['downgraded', 'DISCOVERY_KEY_DOWNGRADED', {}],
    ['revoked', 'DISCOVERY_KEY_REVOKED', { proof: 'signed' }],
  ] as const)('has a code for %s, and a next step [S2.3] [F3]', (outcome, code, context) => {
    expect(rollBackRefusal(outcome)).toMatchObject({ code, context });
    expect(DISCOVERY_ERRORS[code].nextStep).not.toBe('');
  });
});
