import { describe, expect, it } from 'vitest';
import { PatternsError } from '../../src/errors.ts';
import { type LookUpNoiseKeys, resolveIdentity } from '../../src/identity/identity-resolution.ts';
import { isVerifiedIdentity } from '../../src/identity/verified-identity.ts';
import type { ProfileName } from '../../src/profiles/pattern-names.ts';
import { filled, flipped, rejectionOf } from '../bytes.ts';

const IDENTITY = filled(0x1d);
const NOISE_KEY = filled(0xaa);
const DEVICES = [filled(1), NOISE_KEY, filled(2)];

type ResolvedSession = Parameters<typeof resolveIdentity>[0];

function session(pattern: ProfileName, remoteStatic: Uint8Array | undefined = NOISE_KEY): ResolvedSession {
  return { pattern, remoteStatic, role: 'responder' };
}

/** Whatever `lookUp` gives, for a peer that has proven `NOISE_KEY` in IK-raw. */
function resolved(lookUp: unknown) {
  return resolveIdentity(session('IK-raw'), IDENTITY, lookUp as LookUpNoiseKeys);
}

describe('resolveIdentity', () => {
  it('hands the signal to the look-up, so that it can end with whoever waits [T2]', async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const lookUp: LookUpNoiseKeys = (_, options) => {
      seen.push(options.signal);
      return [NOISE_KEY];
    };
    await resolveIdentity(session('XX'), IDENTITY, lookUp, { signal });
    await resolveIdentity(session('XX'), IDENTITY, lookUp);
    expect(seen).toEqual([signal, undefined]);
  });

  for (const pattern of ['IK', 'IK-raw', 'XX'] as const) {
    it(`verifies a peer of ${pattern} whose proven key is one of the identity's (P8 W-05)`, async () => {
      for (const lookUp of [() => DEVICES, async () => DEVICES]) {
        const identity = await resolveIdentity(session(pattern), IDENTITY, lookUp);
        expect(isVerifiedIdentity(identity)).toBe(true);
        expect(identity.publicKey).toEqual(IDENTITY);
        expect(identity.noiseKey).toEqual(NOISE_KEY);
      }
    });
  }

  it('looks up the identity that was claimed, once', async () => {
    const asked: Uint8Array[] = [];
    await resolved((identity: Uint8Array) => {
      asked.push(identity);
      return DEVICES;
    });
    expect(asked).toEqual([IDENTITY]);
  });

  it('refuses a key that is none of the identity (P8 W-05) [S3.3]', async () => {
    const error = await rejectionOf(resolved(() => [filled(1), filled(2)]));
    expect(error).toMatchObject({
      code: 'PATTERNS_IDENTITY_MISMATCH',
      wireCode: 5000,
      context: { claimed: '1d'.repeat(8), presented: 'aa'.repeat(8) },
    });
  });

  it('refuses look-alikes that differ in one bit, the ignored top bit included (P8 W-05)', async () => {
    for (let bit = 0; bit < 256; bit++) {
      const error = await rejectionOf(resolved(() => [flipped(NOISE_KEY, bit)]));
      expect(error.code).toBe('PATTERNS_IDENTITY_MISMATCH');
    }
  });

  it('refuses an identity that has published no key (P8 W-05) [S3.3]', async () => {
    expect(await rejectionOf(resolved(() => []))).toMatchObject({
      code: 'PATTERNS_IDENTITY_UNRESOLVED',
      retryable: true,
      context: { claimed: '1d'.repeat(8) },
    });
  });

  it('refuses if the look-up fails, and says why (P8 W-05) [S3.3]', async () => {
    const cause = new Error('no network');
    for (const lookUp of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      expect(await rejectionOf(resolved(lookUp))).toMatchObject({
        code: 'PATTERNS_LOOKUP_FAILED',
        retryable: true,
        cause,
      });
    }
  });

  const answers: Record<string, unknown> = {
    nothing: undefined,
    null: null,
    true: true,
    'one key in place of a list': NOISE_KEY,
    'a set of keys': new Set(DEVICES),
    'something with a length': { length: 1, 0: NOISE_KEY },
    'something that finds everything': { length: 1, some: () => true },
    'the right key as text': ['aa'.repeat(32)],
    'the right key as a list of numbers': [Array.from(NOISE_KEY)],
    'the right key cut short': [NOISE_KEY.subarray(1)],
    'the right key with a byte too many': [new Uint8Array(33).fill(0xaa)],
    'an empty key': [new Uint8Array(0)],
    'the right key beside one that is none': [NOISE_KEY, undefined],
  };
  for (const [name, answer] of Object.entries(answers)) {
    it(`refuses, without speaking of a mismatch, if the look-up gives ${name}`, async () => {
      const error = await rejectionOf(resolved(() => answer));
      expect(error).toBeInstanceOf(PatternsError);
      expect(error).toMatchObject({ code: 'PATTERNS_LOOKUP_FAILED' });
    });
  }

  it('goes by what was claimed and proven at the time of the call, whoever writes into the buffers meanwhile', async () => {
    for (const copyOf of [(key: Uint8Array) => key.slice(), (key: Uint8Array) => Buffer.from(key)]) {
      const [claimed, remoteStatic] = [copyOf(IDENTITY), copyOf(NOISE_KEY)];
      const lookUp: LookUpNoiseKeys = async (identity) => {
        identity.fill(0);
        claimed.fill(9);
        remoteStatic.fill(1);
        return [NOISE_KEY];
      };
      const identity = await resolveIdentity(session('XX', remoteStatic), claimed, lookUp);
      expect(identity.publicKey).toEqual(IDENTITY);
      expect(identity.noiseKey).toEqual(NOISE_KEY);
    }
  });

  it('returns an identity that does not change with the list afterwards', async () => {
    const list = [NOISE_KEY.slice()];
    const identity = await resolved(() => list);
    list[0]?.fill(0);
    expect(identity.noiseKey).toEqual(NOISE_KEY);
  });

  it('refuses sessions that prove no Noise key, without looking anything up [S3.3]', async () => {
    const lookUp = (): never => {
      throw new Error('not to be asked');
    };
    // In N the initiator does know a key, but its peer has proven nothing.
    const { remoteStatic: _, ...nameless } = session('NN');
    for (const peer of [session('N'), { ...nameless, remoteStatic: undefined }]) {
      expect(await rejectionOf(resolveIdentity(peer, IDENTITY, lookUp))).toBeInstanceOf(TypeError);
    }
  });

  it('refuses identities and keys of a wrong length, without looking anything up (N8 W-19)', async () => {
    const lookUp = (): never => {
      throw new Error('not to be asked');
    };
    for (const work of [
      resolveIdentity(session('XX'), IDENTITY.subarray(1), lookUp),
      resolveIdentity(session('XX'), new Uint8Array(33), lookUp),
      resolveIdentity(session('XX', NOISE_KEY.subarray(1)), IDENTITY, lookUp),
    ]) {
      expect((await rejectionOf(work)).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });
});
