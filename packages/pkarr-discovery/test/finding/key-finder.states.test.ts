import { isCodedError } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { KEY_TRANSITIONS, type KeyState } from '../../src/cache/key-state.ts';
import type { DiscoveryResult } from '../../src/discovery/discovery-result.ts';
import type { PeerKey } from '../../src/finding/peer-key.ts';
import { filled } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { createWorld, DAY_MS, result, type World } from './world.ts';

const [A, B, C] = [filled(3), filled(4), filled(5)];
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const RECORD = {
  before: await verifiedKey({ noiseKey: B, ...on(-2) }),
  current: await verifiedKey({ noiseKey: A }),
  newest: await verifiedKey({ noiseKey: C, ...on(2) }),
  again: await verifiedKey({ noiseKey: A, ...on(2) }),
};
const REVOCATION = {
  current: await verifiedRevocation({ noiseKey: A, ...on(2) }),
  older: await verifiedRevocation({ noiseKey: B, ...on(-3) }),
};
const PEER = OWNER.publicKey;

/** Frequent contacts alone are used without a look-up. */
const call = (state: string) =>
  ({ device: DEVICE, contact: state === 'verified' ? 'frequent' : 'occasional' }) as const;
const find = ({ finder }: World, state: string) => finder.find(PEER, call(state));

/** How the current key A, or none, gets into each state. */
const STATES: Readonly<Record<KeyState, (world: World) => Promise<unknown>>> = {
  unknown: async () => {},
  tofu: ({ finder }) => finder.learn(PEER, A, call('tofu')),
  verified: (world) => foundFirst(world, 'verified'),
  due: (world) => foundFirst(world, 'due'),
  rotated: async (world) => {
    world.answer = result.found(RECORD.before);
    await find(world, 'rotated');
    await foundFirst(world, 'rotated');
  },
  expired: async (world) => {
    await foundFirst(world, 'expired');
    world.clock.advance(14 * DAY_MS);
  },
  conflict: async (world) => {
    await foundFirst(world, 'conflict');
    await world.finder.learn(PEER, C, call('conflict')).catch(() => {});
  },
  revoked: async (world) => {
    await foundFirst(world, 'revoked');
    world.answer = result.revoked(REVOCATION.current);
    await find(world, 'revoked').catch(() => {});
  },
};

async function foundFirst(world: World, state: string): Promise<void> {
  world.answer = result.found(RECORD.current);
  await find(world, state);
}

/** What a look-up gives. */
const ANSWERS: Readonly<Record<string, DiscoveryResult>> = {
  'found again': result.found(RECORD.again),
  'newer key found': result.found(RECORD.newest),
  'older key found': result.found(RECORD.before),
  revoked: result.revoked(REVOCATION.current),
  'older key revoked': result.revoked(REVOCATION.older),
  'said to be revoked': result.saidToBeRevoked(A, 'unsigned'),
  absent: result.absent,
  refused: result.refused('forged'),
  unreachable: result.unreachable,
};

/** What happens otherwise. */
const EVENTS: Readonly<Record<string, (world: World, state: string) => Promise<PeerKey | undefined>>> = {
  'handshake with it': ({ finder }, state) => finder.learn(PEER, A, call(state)),
  'handshake with another': ({ finder }, state) => finder.learn(PEER, C, call(state)),
  'handshake failed': ({ finder }, state) => finder.handshakeFailed(PEER, A, call(state)),
  forgotten: async (world, state) => {
    await world.cache.forget(PEER, DEVICE);
    return find(world, state);
  },
};

function happen(world: World, state: string, event: string): Promise<PeerKey | undefined> {
  // Of all other events, only a handshake gets an answer.
  world.answer = ANSWERS[event] ?? (event.startsWith('handshake with') ? result.absent : result.unreachable);
  return EVENTS[event]?.(world, state) ?? find(world, state);
}

const NAMES = new Map([A, B, C].map((key, i) => [`${key}`, 'ABC'[i]]));

async function outcome(work: Promise<PeerKey | undefined>): Promise<string> {
  try {
    const key = await work;
    return key === undefined ? 'none' : `${NAMES.get(`${key.noiseKey}`)} ${key.state} ${key.reason}`;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return error.code.replace('DISCOVERY_', '');
  }
}

/** For each state and event: what `find` or `learn` comes to, and the state that is kept. */
const EXPECTED: Readonly<Record<KeyState, Readonly<Record<string, string>>>> = {
  unknown: {
    'found again': 'A verified discovered > verified',
    'newer key found': 'C verified discovered > verified',
    'older key found': 'B verified discovered > verified',
    revoked: 'KEY_REVOKED > unknown',
    'older key revoked': 'KEY_REVOKED > unknown',
    'said to be revoked': 'KEY_REVOKED > unknown',
    absent: 'none > unknown',
    refused: 'KEY_RECORD_FORGED > unknown',
    unreachable: 'UNREACHABLE > unknown',
    'handshake with it': 'A tofu first-contact > tofu',
    'handshake with another': 'C tofu first-contact > tofu',
    'handshake failed': 'UNREACHABLE > unknown',
    forgotten: 'UNREACHABLE > unknown',
  },
  tofu: {
    'found again': 'A verified confirmed > verified',
    'newer key found': 'KEY_CONFLICT > conflict',
    'older key found': 'KEY_CONFLICT > conflict',
    revoked: 'KEY_REVOKED > revoked',
    'older key revoked': 'KEY_REVOKED > revoked',
    'said to be revoked': 'KEY_REVOKED > tofu',
    absent: 'A tofu unconfirmed > tofu',
    refused: 'A tofu unconfirmed > tofu',
    unreachable: 'A tofu unreachable > tofu',
    'handshake with it': 'A tofu first-contact > tofu',
    'handshake with another': 'KEY_CONFLICT > conflict',
    'handshake failed': 'A tofu unreachable > tofu',
    forgotten: 'UNREACHABLE > unknown',
  },
  verified: {
    'found again': 'A verified cached > verified',
    'newer key found': 'A verified cached > verified',
    'older key found': 'A verified cached > verified',
    revoked: 'A verified cached > verified',
    'older key revoked': 'A verified cached > verified',
    'said to be revoked': 'A verified cached > verified',
    absent: 'A verified cached > verified',
    refused: 'A verified cached > verified',
    unreachable: 'A verified cached > verified',
    'handshake with it': 'A verified cached > verified',
    'handshake with another': 'KEY_CONFLICT > conflict',
    'handshake failed': 'A due unreachable > due',
    forgotten: 'UNREACHABLE > unknown',
  },
  due: {
    'found again': 'A verified confirmed > verified',
    'newer key found': 'C rotated rotated > rotated',
    'older key found': 'A due unconfirmed > due',
    revoked: 'KEY_REVOKED > revoked',
    'older key revoked': 'A due unconfirmed > due',
    'said to be revoked': 'KEY_REVOKED > due',
    absent: 'A due unconfirmed > verified',
    refused: 'A due unconfirmed > verified',
    unreachable: 'A due unreachable > verified',
    'handshake with it': 'A due unconfirmed > due',
    'handshake with another': 'KEY_CONFLICT > conflict',
    'handshake failed': 'A due unreachable > due',
    forgotten: 'UNREACHABLE > unknown',
  },
  rotated: {
    'found again': 'A rotated confirmed > rotated',
    'newer key found': 'C rotated rotated > rotated',
    'older key found': 'A rotated unconfirmed > rotated',
    revoked: 'KEY_REVOKED > revoked',
    'older key revoked': 'A due unconfirmed > verified',
    'said to be revoked': 'KEY_REVOKED > rotated',
    absent: 'A rotated unconfirmed > rotated',
    refused: 'A rotated unconfirmed > rotated',
    unreachable: 'A rotated unreachable > rotated',
    'handshake with it': 'A rotated unconfirmed > rotated',
    'handshake with another': 'KEY_CONFLICT > conflict',
    'handshake failed': 'A rotated unreachable > rotated',
    forgotten: 'UNREACHABLE > unknown',
  },
  expired: {
    'found again': 'A verified confirmed > verified',
    'newer key found': 'C verified discovered > verified',
    'older key found': 'KEY_ROLLED_BACK > expired',
    revoked: 'KEY_REVOKED > revoked',
    'older key revoked': 'KEY_REVOKED > expired',
    'said to be revoked': 'KEY_REVOKED > unknown',
    absent: 'none > verified',
    refused: 'KEY_RECORD_FORGED > verified',
    unreachable: 'UNREACHABLE > verified',
    'handshake with it': 'A tofu first-contact > tofu',
    'handshake with another': 'C tofu first-contact > tofu',
    'handshake failed': 'UNREACHABLE > unknown',
    forgotten: 'UNREACHABLE > unknown',
  },
  conflict: {
    'found again': 'KEY_CONFLICT > conflict',
    'newer key found': 'KEY_CONFLICT > conflict',
    'older key found': 'KEY_CONFLICT > conflict',
    revoked: 'KEY_CONFLICT > conflict',
    'older key revoked': 'KEY_CONFLICT > conflict',
    'said to be revoked': 'KEY_CONFLICT > conflict',
    absent: 'KEY_CONFLICT > conflict',
    refused: 'KEY_CONFLICT > conflict',
    unreachable: 'KEY_CONFLICT > conflict',
    'handshake with it': 'KEY_CONFLICT > conflict',
    'handshake with another': 'KEY_CONFLICT > conflict',
    'handshake failed': 'KEY_CONFLICT > conflict',
    forgotten: 'UNREACHABLE > unknown',
  },
  revoked: {
    'found again': 'KEY_REVOKED > revoked',
    'newer key found': 'KEY_REVOKED > revoked',
    'older key found': 'KEY_REVOKED > revoked',
    revoked: 'KEY_REVOKED > revoked',
    'older key revoked': 'KEY_REVOKED > revoked',
    'said to be revoked': 'KEY_REVOKED > revoked',
    absent: 'KEY_REVOKED > revoked',
    refused: 'KEY_REVOKED > revoked',
    unreachable: 'KEY_REVOKED > revoked',
    'handshake with it': 'KEY_REVOKED > revoked',
    'handshake with another': 'KEY_REVOKED > revoked',
    'handshake failed': 'KEY_REVOKED > revoked',
    forgotten: 'UNREACHABLE > unknown',
  },
};

const PAIRS = Object.keys(STATES).flatMap((state) =>
  [...Object.keys(ANSWERS), ...Object.keys(EVENTS)].map((event) => [state as KeyState, event] as const),
);

describe('createKeyFinder', () => {
  it.each(PAIRS)('knows in state %s what follows from: %s (P8 §4.5)', async (state, event) => {
    const world = createWorld();
    await STATES[state](world);
    world.clock.advance(2 * DAY_MS);
    const shown = await outcome(happen(world, state, event));
    const { entry } = await world.cache.read(PEER, DEVICE);
    expect(`${shown} > ${entry.state}`).toBe(EXPECTED[state][event]);
  });

  it('is asked about every pair of state and event', () => {
    expect(Object.keys(EXPECTED).sort()).toEqual(Object.keys(KEY_TRANSITIONS).sort());
    expect(PAIRS).toHaveLength(8 * 13);
  });
});
