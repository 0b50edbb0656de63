import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES, type ProfileName } from '../../src/profiles/pattern-names.ts';
import { isPossible, meets, type Requirement } from '../../src/selection/requirements.ts';
import type { Situation } from '../../src/selection/situation.ts';
import { DONOR, FRIENDS, REQUIREMENTS, SITUATIONS } from '../situations.ts';

/** What each pattern gives, written by hand from N8 §1.8 and P8 §3. */
type Row = Readonly<Record<ProfileName, readonly Requirement[]>>;

const BOTH_IDENTITIES: readonly Requirement[] = [
  'server-key',
  'server-identity',
  'client-identity',
  'mutual-identity',
  'answer',
  'forward-secrecy',
];
const SERVER: readonly Requirement[] = ['server-key', 'server-identity'];
const TWO_WAY: readonly Requirement[] = ['answer', 'forward-secrecy'];

const TABLE: readonly (readonly [string, Situation, Row])[] = [
  [
    'friends',
    FRIENDS,
    {
      IK: BOTH_IDENTITIES,
      'IK-raw': BOTH_IDENTITIES,
      N: [...SERVER, 'client-anonymity'],
      NN: BOTH_IDENTITIES,
      XX: BOTH_IDENTITIES,
    },
  ],
  [
    'a pinned key, of an identity that is not known',
    { ...FRIENDS, remoteKey: 'pinned', remoteIdentityKnown: false },
    {
      IK: ['server-key', 'client-identity', ...TWO_WAY],
      'IK-raw': ['server-key', 'client-identity', ...TWO_WAY],
      N: ['server-key', 'client-anonymity'],
      NN: [],
      XX: ['server-key', 'client-identity', ...TWO_WAY],
    },
  ],
  [
    'a first contact',
    { ...FRIENDS, remoteKey: 'unknown', remoteIdentityKnown: false },
    { IK: [], 'IK-raw': [], N: [], NN: [], XX: ['client-identity', ...TWO_WAY] },
  ],
  [
    'a key that somebody told',
    { ...FRIENDS, remoteKey: 'unverified' },
    { IK: [], 'IK-raw': [], N: [], NN: BOTH_IDENTITIES, XX: ['client-identity', ...TWO_WAY] },
  ],
  [
    'an identity kept offline',
    { ...FRIENDS, ownIdentity: 'cold' },
    {
      IK: [],
      'IK-raw': BOTH_IDENTITIES,
      N: [...SERVER, 'client-anonymity'],
      NN: [],
      XX: BOTH_IDENTITIES,
    },
  ],
  [
    'no identity',
    { ...FRIENDS, ownIdentity: 'none' },
    {
      IK: [],
      'IK-raw': [...SERVER, ...TWO_WAY],
      N: [...SERVER, 'client-anonymity'],
      NN: [],
      XX: [...SERVER, ...TWO_WAY],
    },
  ],
  [
    'a donor',
    DONOR,
    {
      IK: [...SERVER, ...TWO_WAY],
      'IK-raw': [...SERVER, ...TWO_WAY],
      N: [...SERVER, 'client-anonymity'],
      NN: [...SERVER, 'client-anonymity', ...TWO_WAY],
      XX: [...SERVER, ...TWO_WAY],
    },
  ],
];

describe('meets', () => {
  it.each(TABLE)('says what each pattern gives for %s', (_, situation, row) => {
    const given = PROFILE_NAMES.map((pattern) => [
      pattern,
      REQUIREMENTS.filter((requirement) => meets(pattern, situation, requirement)),
    ]);
    const expected = Object.entries(row).map(([pattern, requirements]) => [
      pattern,
      REQUIREMENTS.filter((requirement) => requirements.includes(requirement)),
    ]);
    expect(given).toEqual(expected);
  });

  it('does not count N as forward secret, whatever the guides say (P8 §3.13)', () => {
    for (const situation of SITUATIONS) expect(meets('N', situation, 'forward-secrecy')).toBe(false);
  });

  it('holds these to be true of every pattern in every situation', () => {
    for (const situation of SITUATIONS) {
      for (const pattern of PROFILE_NAMES) {
        const gives = (requirement: Requirement) => meets(pattern, situation, requirement);
        expect(gives('mutual-identity')).toBe(gives('server-identity') && gives('client-identity'));
        if (gives('server-identity')) expect(gives('server-key')).toBe(true);
        expect(gives('client-anonymity') && gives('client-identity')).toBe(false);
        if (!isPossible(pattern, situation)) expect(REQUIREMENTS.some(gives)).toBe(false);
      }
    }
  });

  it.each(['identity', 'toString', ''])('refuses "%s", which is no requirement', (requirement) => {
    expect(() => meets('IK', FRIENDS, requirement as Requirement)).toThrow(TypeError);
  });
});

describe('isPossible', () => {
  it('wants a key that may be dialled, for all but NN and XX', () => {
    const stranger: Situation = { ...FRIENDS, remoteKey: 'unverified' };
    expect(PROFILE_NAMES.filter((pattern) => isPossible(pattern, stranger))).toEqual(['NN', 'XX']);
  });

  it('wants an identity to expect for NN (P8 §3.9)', () => {
    expect(isPossible('NN', { ...FRIENDS, remoteIdentityKnown: false })).toBe(false);
  });

  it('lets an unnamed side sign NN with a throw-away identity, whatever its own', () => {
    for (const ownIdentity of ['hot', 'cold', 'none'] as const) {
      expect(isPossible('NN', { ...DONOR, ownIdentity })).toBe(true);
    }
    expect(isPossible('NN', { ...FRIENDS, ownIdentity: 'cold' })).toBe(false);
  });

  it('refuses a situation without a member rather than guess', () => {
    const { anonymous: _, ...rest } = FRIENDS;
    expect(() => isPossible('IK', rest as Situation)).toThrow(TypeError);
  });
});
