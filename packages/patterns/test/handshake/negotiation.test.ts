import type { KeyPair } from '@pubky-paykit/noise-core';
import { describe, expect, it, vi } from 'vitest';
import {
  type OfferedKeys,
  type OfferOptions,
  offerProfiles,
  type PatternSwitch,
} from '../../src/handshake/negotiation.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { N } from '../../src/profiles/n.ts';
import { NN } from '../../src/profiles/nn.ts';
import { PATTERN_BYTES, type ProfileName } from '../../src/profiles/pattern-names.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { XX } from '../../src/profiles/xx.ts';
import type { ReplayCache } from '../../src/rules/replay-cache.ts';
import { createPatternPolicy } from '../../src/selection/policy.ts';
import {
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_SEED,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import { connect, initiatorOf, SUITE, serverKey, serverSigner } from '../peers.ts';

const ALL = Object.values(PROFILES) as readonly Profile[];
const NAMES = Object.keys(PROFILES) as ProfileName[];
const keys = { noiseKey: serverKey, signer: serverSigner };
const everything = { ...keys, profiles: ALL, allowStatic: 'anyone' } as const;

/** An offer whose options the types would refuse, or that is made of data. */
const offerAny = (options: object) => offerProfiles(options as OfferOptions<readonly Profile[]>);

/** One handshake of an offer, to its end. */
async function accept(offer: ReturnType<typeof offerAny>, name: ProfileName, change: object = {}) {
  const responder = offer(PATTERN_BYTES[name]);
  if (responder === undefined) throw new Error(`${name} was refused`);
  return connect(initiatorOf(PROFILES[name] as Profile, change), responder);
}

/** Delivers a first message as it was sent before. */
async function replay(offer: ReturnType<typeof offerAny>, name: ProfileName, first: Uint8Array) {
  const responder = offer(PATTERN_BYTES[name]);
  if (responder === undefined) throw new Error(`${name} was refused`);
  return responder.read(first);
}

describe('offerProfiles', () => {
  it.each(NAMES)('makes the responder of %s for its byte [S3.1]', async (name) => {
    const { sessions } = await accept(offerAny(everything), name);
    expect(sessions.map((session) => [session.pattern, session.role])).toEqual([
      [name, 'initiator'],
      [name, 'responder'],
    ]);
    expect(sessions[0].id).toEqual(sessions[1].id);
  });

  it('refuses every other byte, and whatever is none [S3.3]', () => {
    const offer = offerAny(everything);
    const offered = new Set<number>(Object.values(PATTERN_BYTES));
    for (let byte = 0; byte < 256; byte++) {
      const handshake = offer(byte);
      expect(handshake !== undefined).toBe(offered.has(byte));
      handshake?.destroy();
    }
    for (const byte of [-1, 0.5, 256, Number.NaN, '0', undefined, '__proto__']) {
      expect(offer(byte as number)).toBeUndefined();
    }
  });

  it.each(NAMES)('offers %s alone, when that is all the allow list has', (only) => {
    const offer = offerAny({ ...everything, profiles: [PROFILES[only]] });
    const offered = NAMES.filter((name) => offer(PATTERN_BYTES[name]) !== undefined);
    expect(offered).toEqual([only]);
  });

  it.each([
    ['no profiles', { profiles: [] }],
    ['profiles that are no list', { profiles: IK }],
    ['a profile that is none', { profiles: [IK, undefined] }],
    ['a replay cache without claim', { replayCache: {} }],
    ['a replay cache that is null', { replayCache: null }],
    [
      'a number of entries for a cache of its own',
      { replayCache: { claim: () => true }, replayCacheEntries: 5 },
    ],
    ['a policy without allows', { policy: {} }],
    ['a policy that is null', { policy: null }],
    ['a signer that cannot sign', { signer: { publicKey: filled(3) } }],
    ['a signer without a key', { signer: { sign: serverSigner.sign } }],
    ['a signer that no profile asks, but cannot sign', { profiles: [IK], signer: { publicKey: filled(3) } }],
    ['a Noise key without a public key', { noiseKey: {} }],
    ['a Noise key that is bytes', { noiseKey: filled(4) }],
    ['a Noise key that is half of one', { noiseKey: { publicKey: filled(4) } }],
    ['identities as a text', { profiles: [IK], allowIdentity: 'abc' }],
    ['anyone as an identity', { profiles: [IK], allowIdentity: 'anyone' }],
    ['one identity that is no list', { profiles: [IK], allowIdentity: filled(5) }],
    ['identities that are no bytes', { profiles: [IK], allowIdentity: ['abc'] }],
    ['Noise keys as a text', { profiles: [IK_RAW], allowStatic: 'everyone' }],
    ['one Noise key that is no list', { profiles: [IK_RAW], allowStatic: filled(5) }],
  ])('refuses %s when it is made, and not at the first connection', (_, change) => {
    expect(() => offerAny({ ...everything, allowStatic: undefined, ...change })).toThrow(TypeError);
    expect(() => offerAny({ ...everything, allowStatic: 'anyone', profiles: ALL })).not.toThrow();
  });

  it('refuses on the byte, before any cryptography and without asking for keys (P8 W-59)', () => {
    const calls: string[] = [];
    const told = (name: string) => (): never => {
      calls.push(name);
      throw new Error('there is nothing to compute yet');
    };
    const dh = { ...SUITE.dh, generateKeyPair: told('generate'), dh: told('agree') };
    const cipher = { ...SUITE.cipher, encrypt: told('encrypt'), decrypt: told('decrypt') };
    const signer = { publicKey: serverSigner.publicKey, sign: told('sign') };
    let listening = false;
    const hash = {
      ...SUITE.hash,
      hash: (first: Uint8Array, second?: Uint8Array) =>
        listening ? told('hash')() : SUITE.hash.hash(first, second),
    };
    const suite = { dh, cipher, hash };
    const offer = offerAny({ noiseKey: serverKey, signer, suite, profiles: [IK, NN] });
    listening = true;
    for (const name of ['IK-raw', 'N', 'XX'] as const) expect(offer(PATTERN_BYTES[name])).toBeUndefined();
    expect(calls).toEqual([]);
  });

  it('gives every connection a handshake of its own', async () => {
    const offer = offerAny(everything);
    const [first, second] = [offer(NN.byte), offer(NN.byte)];
    expect(first).not.toBe(second);
    first?.destroy();
    expect(second?.turn).toBe('read');
    await accept(offer, 'NN');
  });

  it('refuses a profile that comes twice', () => {
    expect(() => offerProfiles({ ...keys, profiles: [IK, NN, IK] })).toThrow(TypeError);
    const twin = { ...NN, byte: IK.byte };
    expect(() => offerAny({ ...keys, profiles: [IK, twin] })).toThrow(TypeError);
  });

  it.each([
    ['IK', 'noiseKey'],
    ['IK-raw', 'noiseKey'],
    ['N', 'noiseKey'],
    ['NN', 'signer'],
    ['XX', 'noiseKey'],
    ['XX', 'allowStatic'],
  ] as const)('finds when it is made that %s lacks %s', (name, missing) => {
    const options = { ...everything, profiles: [PROFILES[name]] };
    offerAny(options);
    expect(() => offerAny({ ...options, [missing]: undefined })).toThrow(TypeError);
  });

  it('finds when it is made that a value is of no use', () => {
    const codes = [
      { allowIdentity: [filled(1).slice(1)], profiles: [IK] },
      { allowStatic: [filled(1).slice(1)], profiles: [IK_RAW] },
      { prologue: new Uint8Array(1_025) },
      { suite: { ...SUITE, hash: { ...SUITE.hash, name: 'SHA256' } } },
      { signer: { publicKey: filled(1).slice(1), sign: serverSigner.sign } },
      { noiseKey: { publicKey: filled(1).slice(1), destroy: () => undefined } },
    ].map((change) => thrownBy(() => offerAny({ ...everything, ...change })).code);
    expect(codes).toEqual([
      'PATTERNS_KEY_LENGTH',
      'PATTERNS_KEY_LENGTH',
      'PATTERNS_PROLOGUE_INVALID',
      'PATTERNS_SUITE_REFUSED',
      'PATTERNS_KEY_LENGTH',
      'PATTERNS_KEY_LENGTH',
    ]);
  });

  it('borrows the keys: nothing is signed before a peer asks, and no end of a handshake wipes them', async () => {
    const sign = vi.fn((message: Uint8Array) => serverSigner.sign(message));
    const offer = offerAny({ ...everything, signer: { publicKey: serverSigner.publicKey, sign } });
    for (const name of NAMES) offer(PATTERN_BYTES[name])?.destroy();
    expect(sign).not.toHaveBeenCalled();
    for (const name of NAMES) await accept(offer, name);
    expect(sign).toHaveBeenCalledTimes(1);
  });

  it('copies its lists and its prologue: what becomes of them later changes nothing', async () => {
    const [allowed, allowedKey] = [CLIENT_IDENTITY.slice(), CLIENT_NOISE_KEY.slice()];
    const [allowIdentity, allowStatic] = [[allowed], [allowedKey]];
    const prologue = Buffer.from('a label of both sides');
    const profiles: Profile[] = [IK, IK_RAW, NN, XX];
    const offer = offerAny({ ...keys, profiles, allowIdentity, allowStatic, prologue });
    allowed.fill(0);
    allowedKey.fill(0);
    allowIdentity.length = 0;
    allowStatic.pop();
    prologue.fill(0);
    profiles.length = 0;
    for (const name of ['IK', 'IK-raw', 'NN', 'XX'] as const) {
      await accept(offer, name, { prologue: 'a label of both sides' });
    }
  });

  it('applies its rules to every connection, each to the profiles that prove what it is about', async () => {
    const offer = offerAny({
      ...keys,
      profiles: [IK, IK_RAW, NN, XX],
      allowIdentity: [filled(1)],
      allowStatic: [filled(1)],
    });
    const refusals = { IK: 'IDENTITY', NN: 'IDENTITY', 'IK-raw': 'STATIC', XX: 'STATIC' } as const;
    for (const [name, about] of Object.entries(refusals)) {
      const refusal = await rejectionOf(accept(offer, name as ProfileName));
      expect(refusal.code).toBe(`PATTERNS_${about}_REFUSED`);
    }
  });
});

describe('rules of offerProfiles', () => {
  const identities = { allowIdentity: [CLIENT_IDENTITY] };
  const statics = { allowStatic: [CLIENT_NOISE_KEY] };

  it.each([
    ['IK-raw lets everybody by it', [IK, IK_RAW], identities],
    ['N lets everybody by it', [IK, N], identities],
    ['N does, whatever the others say', [IK, IK_RAW, N], { ...identities, ...statics }],
    ['IK lets everybody by the other list', [IK, XX], statics],
    ['NN lets everybody by the other list', [NN, IK_RAW], statics],
    ['N lets everybody by the other list', [N, XX], statics],
    ['only N is let beside it by name', [IK, IK_RAW, N], { ...identities, allowUnnamed: true }],
    ['a question is no list either', [IK, IK_RAW], { allowIdentity: () => true }],
    ['no profile proves an identity', [IK_RAW, XX], { ...identities, allowStatic: 'anyone' }],
    ['no profile proves a Noise key alone', [IK, NN], { ...identities, ...statics }],
  ] as const)('are refused where %s (N8 W-10)', (_, profiles, rules) => {
    expect(() => offerAny({ ...keys, profiles, ...rules })).toThrow(TypeError);
  });

  it.each([
    ['each profile takes one of two lists', [IK, IK_RAW, NN, XX], { ...identities, ...statics }],
    ['the other profiles are open by name', [IK, IK_RAW, XX], { ...identities, allowStatic: 'anyone' }],
    ['there is one list for all', [IK, NN], identities],
    ['there is no rule at all', [IK, IK_RAW, N, NN], {}],
    ['anyone may connect', [IK, N, XX], { allowStatic: 'anyone' }],
    ['N is let beside them by name', [IK, N], { ...identities, allowUnnamed: true }],
  ] as const)('are taken where %s', (_, profiles, rules) => {
    expect(offerAny({ ...keys, profiles, ...rules })(profiles[0].byte)?.turn).toBe('read');
  });
});

describe('policy of offerProfiles', () => {
  it('is asked on every byte, so that a pattern goes off and on while the listener runs [O2]', async () => {
    const policy = createPatternPolicy();
    const offer = offerAny({ ...everything, policy });
    await accept(offer, 'XX');
    policy.update({ off: { responder: ['XX'] } });
    expect(offer(XX.byte)).toBeUndefined();
    await accept(offer, 'IK');
    policy.update({});
    await accept(offer, 'XX');
  });

  it('is asked about the profile and as the responder, and only about what is offered', () => {
    const allows = vi.fn(() => true);
    const offer = offerAny({ ...everything, profiles: [IK], policy: { allows } });
    expect(allows).not.toHaveBeenCalled();
    offer(IK.byte)?.destroy();
    offer(XX.byte);
    expect(allows.mock.calls).toEqual([['IK', 'responder']]);
  });

  it('lets nobody in who is switched off for the initiator only', () => {
    const policy = createPatternPolicy({ off: { initiator: ['IK'] } });
    expect(offerAny({ ...everything, policy })(IK.byte)?.turn).toBe('read');
  });

  it.each([1, 'yes', {}, Promise.resolve(true), undefined])('admits only with `true`, not %o', (answer) => {
    const policy = { allows: () => answer } as unknown as PatternSwitch;
    expect(offerAny({ ...everything, policy })(IK.byte)).toBeUndefined();
  });

  it('ends a connection that it fails on, and that one only', async () => {
    let broken = true;
    const policy: PatternSwitch = {
      allows() {
        if (broken) throw new Error('no settings');
        return true;
      },
    };
    const offer = offerAny({ ...everything, policy });
    expect(() => offer(IK.byte)).toThrow('no settings');
    broken = false;
    await accept(offer, 'IK');
  });
});

describe('replay caches of offerProfiles', () => {
  it.each(['IK', 'IK-raw', 'N'] as const)(
    'remember the first messages of %s over all connections of an offer (N8 W-28, W-47, P8 W-58)',
    async (name) => {
      const offer = offerAny(everything);
      const { messages } = await accept(offer, name);
      const [first] = messages as [Uint8Array];
      for (let turn = 0; turn < 2; turn++) {
        expect((await rejectionOf(replay(offer, name, first))).code).toBe('PATTERNS_REPLAYED');
      }
      await accept(offer, name);
    },
  );

  it('refuse strangers when full in N, where a recording would open the session again (N8 W-47, P8 W-58)', async () => {
    const offer = offerAny({ ...everything, replayCacheEntries: 1 });
    const { messages } = await accept(offer, 'N');
    expect((await rejectionOf(accept(offer, 'N'))).code).toBe('PATTERNS_REPLAY_CACHE_FULL');
    const recorded = replay(offer, 'N', messages[0] as Uint8Array);
    expect((await rejectionOf(recorded)).code).toBe('PATTERNS_REPLAYED');
  });

  it.each(['IK', 'IK-raw'] as const)(
    'forget the oldest when full in %s, so that a flood of strangers shuts out no friend (N8 W-28)',
    async (name) => {
      const offer = offerAny({ ...everything, replayCacheEntries: 1 });
      // A cache of N that is full is nobody else's.
      await accept(offer, 'N');
      const { messages } = await accept(offer, name);
      await accept(offer, name);
      await replay(offer, name, messages[0] as Uint8Array);
    },
  );

  it('refuse a number of entries that is none', () => {
    for (const replayCacheEntries of [0, 1.5, 1_000_001, Number.NaN]) {
      expect(() => offerAny({ ...everything, replayCacheEntries })).toThrow(RangeError);
    }
  });

  it('are not shared by two offers', async () => {
    const { messages } = await accept(offerAny(everything), 'IK');
    await replay(offerAny(everything), 'IK', messages[0] as Uint8Array);
  });

  it('are replaced by one that is given, for the profiles that have any use of it', async () => {
    const claim = vi.fn<ReplayCache['claim']>(() => true);
    const offer = offerAny({ ...everything, replayCache: { claim } });
    for (const name of NAMES) await accept(offer, name);
    expect(claim).toHaveBeenCalledTimes(3);
    for (const answer of [false, 1]) {
      claim.mockReturnValueOnce(answer as boolean);
      const { code } = await rejectionOf(accept(offer, 'N'));
      expect(code).toBe(answer === false ? 'PATTERNS_REPLAYED' : 'PATTERNS_REPLAY_CACHE_FAILED');
    }
  });
});

describe('keys of offerProfiles', () => {
  const [first, second, third] = [1, 2, 3].map((epoch) =>
    deriveNoiseKeyPair(SERVER_SEED, `server#${epoch}`),
  ) as [KeyPair, KeyPair, KeyPair];
  const dialled = (offer: ReturnType<typeof offerAny>, key: KeyPair, now?: OfferedKeys, name = 'IK') => {
    const responder = offer(PATTERN_BYTES[name as ProfileName], now);
    if (responder === undefined) throw new Error(`${name} was refused`);
    const profile = PROFILES[name as ProfileName] as Profile;
    const { publicKey } = key;
    const expected = name === 'XX' ? { trust: { expectedStatic: publicKey } } : { remoteStatic: publicKey };
    return connect(initiatorOf(profile, expected as object), responder);
  };

  it.each(['IK', 'IK-raw', 'N'])('are former ones too, where %s was dialled by one [O4]', async (name) => {
    const list = [first];
    const offer = offerAny({ ...everything, noiseKey: second, formerNoiseKeys: list });
    list.pop();
    const used = [second, first].map(async (key) => {
      const { sessions } = await dialled(offer, key, undefined, name);
      return sessions[1].formerKeyUsed;
    });
    expect(await Promise.all(used)).toEqual([false, true]);
  });

  it('are those of now, if it is told them, and nothing of what they were before [O4]', async () => {
    const offer = offerAny({ ...everything, noiseKey: second, formerNoiseKeys: [first] });
    const now: OfferedKeys = { noiseKey: third, formerNoiseKeys: [second], signer: serverSigner };
    for (const key of [third, second]) await dialled(offer, key, now);
    for (const keys of [now, { noiseKey: second }]) {
      expect((await rejectionOf(dialled(offer, first, keys))).code).toBe('NOISE_DECRYPT_FAILED');
    }
    await dialled(offer, third, now, 'XX');
    expect((await rejectionOf(dialled(offer, second, now, 'XX'))).code).toBe('PATTERNS_STATIC_UNEXPECTED');
    // What it was made with still holds for who tells it nothing.
    await dialled(offer, first);
  });

  it('have to be what the pattern needs, whenever they come', () => {
    const offer = offerAny(everything);
    expect(() => offer(IK.byte, {})).toThrow(TypeError);
    expect(() => offer(NN.byte, { noiseKey: first })).toThrow(TypeError);
    const tooMany = { noiseKey: first, formerNoiseKeys: [first, second, third] };
    expect(() => offer(IK.byte, tooMany)).toThrow(TypeError);
    expect(() => offerAny({ ...everything, formerNoiseKeys: first })).toThrow(TypeError);
  });

  it('change nothing about what is remembered: a recording for a former key stays one (P8 W-58)', async () => {
    const offer = offerAny({ ...everything, noiseKey: first });
    const { messages } = await dialled(offer, first, undefined, 'N');
    const now: OfferedKeys = { noiseKey: second, formerNoiseKeys: [first] };
    const again = offer(N.byte, now)?.read(messages[0] as Uint8Array) as Promise<void>;
    expect((await rejectionOf(again)).code).toBe('PATTERNS_REPLAYED');
  });
});

describe('settings of offerProfiles', () => {
  it('passes the suite on', async () => {
    const suite = suiteWithFixedEphemeralForTestingOnly(RESPONDER_EPHEMERAL_SECRET);
    const { messages } = await accept(offerAny({ ...everything, suite }), 'IK');
    const { publicKey } = SUITE.dh.importKeyPair(RESPONDER_EPHEMERAL_SECRET);
    expect(messages[1]?.slice(0, 32)).toEqual(Uint8Array.from(publicKey));
  });

  it('refuses a peer with another prologue', async () => {
    const offer = offerAny({ ...everything, prologue: 'another' });
    expect((await rejectionOf(accept(offer, 'IK'))).code).toBe('NOISE_DECRYPT_FAILED');
  });
});
