import type { IdentitySigner } from '@pubky-paykit/primitives';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../../src/errors.ts';
import { signKeyBinding } from '../../src/records/binding-signature.ts';
import { signFreshness } from '../../src/records/freshness-signature.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import { signChecked } from '../../src/records/signing.ts';
import { filled, flipped, rejectionOf } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { DEVICE, NOISE_KEY, OWNER, STAMPED } from './key-records.ts';

const CLAIM = { noiseKey: NOISE_KEY, device: DEVICE, timestampSeconds: STAMPED, revoked: false };
const SIGN = { signKeyBinding, signFreshness, signKeyRecord } as const satisfies Record<
  string,
  (signer: IdentitySigner, claim: typeof CLAIM) => Promise<unknown>
>;
type SignName = keyof typeof SIGN;
const NAMES = Object.keys(SIGN) as SignName[];

function answering(answer: (message: Uint8Array) => unknown): IdentitySigner {
  return { publicKey: OWNER.publicKey, sign: async (message) => answer(message) as Uint8Array };
}

describe.each(NAMES)('%s', (name) => {
  const sign = SIGN[name];

  it('lets no signature leave that is none of the key', async () => {
    const other = numbered(2);
    const wrong: readonly IdentitySigner[] = [
      answering((message) => other.sign(message)),
      { publicKey: OWNER.publicKey, sign: async (message) => flipped(await OWNER.sign(message), 300) },
      answering(() => new Uint8Array(64)),
      answering(() => new Uint8Array(63)),
      answering(() => new Uint8Array(0)),
      answering(() => 'a signature'),
      answering(() => undefined),
      answering(() => OWNER.sign(new Uint8Array(32))),
    ];
    for (const signer of wrong) {
      expect((await rejectionOf(sign(signer, CLAIM))).code).toBe('DISCOVERY_SIGNER_WRONG');
    }
  });

  it('says why a signer did not sign, and lets its own codes pass', async () => {
    const cause = new Error('unplugged');
    const failing = answering(() => Promise.reject(cause));
    expect(await rejectionOf(sign(failing, CLAIM))).toMatchObject({
      code: 'DISCOVERY_SIGNER_FAILED',
      cause,
      retryable: true,
    });
    const coded = new DiscoveryError('DISCOVERY_WEAK_KEY');
    expect(
      await rejectionOf(
        sign(
          answering(() => Promise.reject(coded)),
          CLAIM,
        ),
      ),
    ).toBe(coded);
    const throwing = {
      publicKey: OWNER.publicKey,
      sign: () => {
        throw cause;
      },
    };
    expect((await rejectionOf(sign(throwing, CLAIM))).code).toBe('DISCOVERY_SIGNER_FAILED');
  });

  it('asks nobody about weak keys, wrong lengths and bad devices', async () => {
    const silent = answering(() => {
      throw new Error('asked');
    });
    for (const noiseKey of LOW_ORDER_POINTS) {
      expect((await rejectionOf(sign(silent, { ...CLAIM, noiseKey }))).code).toBe('DISCOVERY_WEAK_KEY');
    }
    const noiseKey = new Uint8Array(31);
    expect((await rejectionOf(sign(silent, { ...CLAIM, noiseKey }))).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect((await rejectionOf(sign(silent, { ...CLAIM, device: 'a.b' }))).code).toBe('DISCOVERY_BAD_DEVICE');
    const keyless = { ...silent, publicKey: new Uint8Array(33) };
    expect((await rejectionOf(sign(keyless, CLAIM))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });

  it('is not disturbed by what caller and signer do with their buffers while they wait', async () => {
    const noiseKey = NOISE_KEY.slice();
    let answer = new Uint8Array(64);
    const signer = {
      publicKey: OWNER.publicKey.slice(),
      sign: async (message: Uint8Array) => {
        answer = Uint8Array.from(await OWNER.sign(message));
        message.fill(0);
        noiseKey.fill(0);
        return answer;
      },
    };
    const signed = await sign(signer, { ...CLAIM, noiseKey });
    answer.fill(0);
    expect(signed).toEqual(await sign(OWNER, CLAIM));
  });
});

describe('signFreshness', () => {
  it('refuses times that are not 64 bits long', async () => {
    for (const timestampSeconds of [-1n, 2n ** 64n]) {
      await expect(signFreshness(OWNER, { ...CLAIM, timestampSeconds })).rejects.toThrow(RangeError);
    }
  });
});

describe('signChecked', () => {
  it('hands a copy of the digest to the signer and a fresh signature to the caller', async () => {
    const digest = filled(9);
    const signature = await signChecked(
      answering((message) => {
        const answer = OWNER.sign(message.slice());
        message.fill(0);
        return answer;
      }),
      OWNER.publicKey,
      digest,
    );
    expect(digest).toEqual(filled(9));
    expect(signature.buffer.byteLength).toBe(64);
  });
});
