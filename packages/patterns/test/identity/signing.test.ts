import { describe, expect, it } from 'vitest';
import { PatternsError } from '../../src/errors.ts';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { signChecked } from '../../src/identity/signing.ts';
import { CLIENT_IDENTITY, CLIENT_SEED, SERVER_SEED } from '../../src/testing.ts';
import { filled, rejectionOf } from '../bytes.ts';

const DIGEST = filled(7);
const honest = createIdentitySigner(CLIENT_SEED);

function signed(sign: unknown): Promise<Uint8Array> {
  const signer = { publicKey: CLIENT_IDENTITY, sign: sign as IdentitySigner['sign'] };
  return signChecked(signer, CLIENT_IDENTITY, DIGEST);
}

describe('signChecked', () => {
  it('passes an honest signature on', async () => {
    expect(await signChecked(honest, CLIENT_IDENTITY, DIGEST)).toEqual(await honest.sign(DIGEST));
  });

  it('returns the bytes that it verified, whatever the signer does with its buffer afterwards', async () => {
    const expected = await honest.sign(DIGEST);
    for (const buffer of [expected.slice(), Buffer.from(expected)]) {
      const signature = await signed(async () => buffer);
      buffer.fill(0);
      expect(signature).toEqual(expected);
    }
  });

  it('keeps its digest from a signer that writes into what it is given', async () => {
    const digest = DIGEST.slice();
    const sign = async (message: Uint8Array): Promise<Uint8Array> => {
      const signature = await honest.sign(message);
      message.fill(0);
      return signature;
    };
    await signChecked({ publicKey: CLIENT_IDENTITY, sign }, CLIENT_IDENTITY, digest);
    expect(digest).toEqual(DIGEST);
  });

  const answers: Record<string, () => unknown> = {
    nothing: () => undefined,
    null: () => null,
    text: () => '00'.repeat(64),
    'an object': () => ({ length: 64 }),
    'an empty signature': () => new Uint8Array(0),
    'a signature cut short': async () => (await honest.sign(DIGEST)).subarray(1),
    'a signature with a byte too many': () => new Uint8Array(65),
    'a signature as a list of numbers': async () => Array.from(await honest.sign(DIGEST)),
    'a signature over something else': () => honest.sign(filled(8)),
    'a signature by another key': () => createIdentitySigner(SERVER_SEED).sign(DIGEST),
  };
  for (const [name, answer] of Object.entries(answers)) {
    it(`refuses ${name}`, async () => {
      expect((await rejectionOf(signed(answer))).code).toBe('PATTERNS_SIGNER_WRONG');
    });
  }

  it('says that the signer failed, with the cause, if it throws or rejects', async () => {
    const cause = new Error('device locked');
    for (const sign of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      expect(await rejectionOf(signed(sign))).toMatchObject({ code: 'PATTERNS_SIGNER_FAILED', cause });
    }
  });

  it("passes the signer's own codes on", async () => {
    const own = new PatternsError('PATTERNS_SIGNER_DESTROYED');
    expect(await rejectionOf(signed(() => Promise.reject(own)))).toBe(own);
  });
});
