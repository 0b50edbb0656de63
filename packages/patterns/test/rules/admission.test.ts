import { describe, expect, it } from 'vitest';
import { markVerified } from '../../src/identity/verified-identity.ts';
import {
  type AllowIdentity,
  type AllowStatic,
  admitIdentity,
  admitStatic,
  identityRule,
  staticRule,
} from '../../src/rules/admission.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { stepContext } from '../step-context.ts';

const KEY = filled(0xaa);

/** The code with which an identity is turned away; `undefined` if it may go on. */
async function identityRefusal(allowed: readonly Uint8Array[] | AllowIdentity | undefined, key = KEY) {
  const context = stepContext({ allowIdentity: identityRule(allowed) });
  return admitIdentity(context, markVerified(key, undefined)).catch((error: { code?: string }) => error.code);
}

/** The code with which the holder of a Noise key is turned away; `undefined` if it may go on. */
async function staticRefusal(allowed: readonly Uint8Array[] | AllowStatic | 'anyone' | undefined, key = KEY) {
  const context = stepContext({ allowStatic: staticRule(allowed), remoteStatic: key });
  return admitStatic(context).catch((error: { code?: string }) => error.code);
}

/** Both rules have the same forms, and refuse with a code each. */
const RULES = [
  {
    name: 'admitIdentity',
    refusalOf: identityRefusal,
    refused: 'PATTERNS_IDENTITY_REFUSED',
    rule: identityRule,
  },
  { name: 'admitStatic', refusalOf: staticRefusal, refused: 'PATTERNS_STATIC_REFUSED', rule: staticRule },
] as const;

for (const { name, refusalOf, refused, rule } of RULES) {
  describe(name, () => {
    it('lets everybody go on who has proven something, without a rule', async () => {
      expect(await refusalOf(undefined)).toBeUndefined();
    });

    it('lets the keys of a list go on and no other, in every bit (P8 W-17)', async () => {
      const allowed = [filled(1), KEY, filled(2)];
      expect(await refusalOf(allowed)).toBeUndefined();
      for (let bit = 0; bit < 256; bit += 7)
        expect(await refusalOf(allowed, flipped(KEY, bit))).toBe(refused);
    });

    it('lets nobody go on by an empty list', async () => {
      expect(await refusalOf([])).toBe(refused);
    });

    it('goes by the list as it was when the rule was made', async () => {
      const [key, buffer] = [KEY.slice(), Buffer.from(filled(1))];
      const list: Uint8Array[] = [key, buffer];
      const made = rule(list) as AllowIdentity & AllowStatic;
      key.fill(9);
      buffer.fill(9);
      list.push(filled(9));
      expect(await refusalOf(made)).toBeUndefined();
      expect(await refusalOf(made, filled(1))).toBeUndefined();
      expect(await refusalOf(made, filled(9))).toBe(refused);
    });

    it('refuses lists with anything but 32 bytes in them (N8 W-19)', () => {
      for (const length of [0, 31, 33]) {
        expect(thrownBy(() => rule([KEY, new Uint8Array(length)])).code).toBe('PATTERNS_KEY_LENGTH');
      }
      for (const wrong of [['aa'.repeat(32)], KEY, new Set([KEY]), null, 'everyone', true]) {
        expect(() => rule(wrong as unknown as Uint8Array[])).toThrow(TypeError);
      }
    });

    it('lets only exactly true go on, at once or later', async () => {
      expect(await refusalOf(() => true)).toBeUndefined();
      expect(await refusalOf(async () => true)).toBeUndefined();
      for (const answer of [false, undefined, null, 1, 'true', {}, [true]]) {
        expect(await refusalOf(() => answer as boolean)).toBe(refused);
        expect(await refusalOf(async () => answer as boolean)).toBe(refused);
      }
    });

    it('refuses if the question fails, and says why', async () => {
      const boom = new Error('no database');
      const questions = [
        () => Promise.reject(boom),
        () => {
          throw boom;
        },
      ];
      for (const question of questions) expect(await refusalOf(question)).toBe('PATTERNS_ALLOW_FAILED');
    });
  });
}

describe('admitIdentity', () => {
  it('asks about the very identity that was verified', async () => {
    const identity = markVerified(KEY, undefined);
    const asked: unknown[] = [];
    const allowIdentity: AllowIdentity = (about) => asked.push(about) > 0;
    await admitIdentity(stepContext({ allowIdentity }), identity);
    expect(asked[0]).toBe(identity);
  });

  it('keeps the cause of a failed question', async () => {
    const cause = new Error('no database');
    const context = stepContext({ allowIdentity: () => Promise.reject(cause) });
    expect(await rejectionOf(admitIdentity(context, markVerified(KEY, undefined)))).toMatchObject({ cause });
  });
});

describe('admitStatic', () => {
  it("lets anyone go on by the word 'anyone'", async () => {
    expect(await staticRefusal('anyone')).toBeUndefined();
  });

  it('asks about a copy', async () => {
    const key = KEY.slice();
    await staticRefusal((asked) => asked.fill(0).length > 0, key);
    expect(key).toEqual(KEY);
  });

  it('is a fault of the profile where no key was proven, and no admission', async () => {
    expect(await rejectionOf(admitStatic(stepContext({ allowStatic: () => true })))).toBeInstanceOf(
      TypeError,
    );
  });
});
