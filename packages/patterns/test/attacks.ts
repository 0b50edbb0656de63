import type { Role } from '@pubky-paykit/noise-core';
import { equalBytes } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createIdentitySigner } from '../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../src/identity/key-derivation.ts';
import { PROFILES } from '../src/profiles/catalogue.ts';
import type { ProfileName } from '../src/profiles/pattern-names.ts';
import type { OptionName, Profile } from '../src/profiles/profile.ts';
import type { ReplayCache } from '../src/rules/replay-cache.ts';
import { CLIENT_IDENTITY, CLIENT_NOISE_KEY, SERVER_IDENTITY, SERVER_NOISE_KEY } from '../src/testing.ts';
import { filled, flipped, thrownBy } from './bytes.ts';
import { type Network, type Side, talkedWith } from './network.ts';
import { connect, initiatorOf, responderOf } from './peers.ts';

const OTHER = { initiator: 'responder', responder: 'initiator' } as const;

/** Messages of sessions that took place before, by profile. */
type Recordings = Readonly<Record<ProfileName, readonly Uint8Array[]>>;

/** What somebody who holds none of the peers' secrets has in his hands. */
export interface Loot {
  /** Between the two peers. */
  readonly theirs: Recordings;
  /** Between the attacker, with keys of his own, and the server. */
  readonly his: Recordings;
}

const NAMES = Object.keys(PROFILES) as ProfileName[];

async function recorded(replayCache: ReplayCache, own: object): Promise<Recordings> {
  const sessions = NAMES.map(async (name) => {
    const profile: Profile = PROFILES[name];
    const takes = ({
      required,
      optional,
    }: {
      required: readonly OptionName[];
      optional: readonly OptionName[];
    }) => [...required, ...optional];
    const change = Object.fromEntries(
      Object.entries(own).filter(([option]) =>
        takes(profile.options.initiator).includes(option as OptionName),
      ),
    );
    const cache = takes(profile.options.responder).includes('replayCache') ? { replayCache } : {};
    const { messages } = await connect(initiatorOf(profile, change), responderOf(profile, cache));
    return [name, messages] as const;
  });
  return Object.fromEntries(await Promise.all(sessions)) as unknown as Recordings;
}

/** Records a session of every profile, with the peers' keys and with the attacker's. */
export async function plunder(replayCache: ReplayCache): Promise<Loot> {
  return {
    theirs: await recorded(replayCache, {}),
    his: await recorded(replayCache, {
      noiseKey: deriveNoiseKeyPair(filled(0x66), 'mallory'),
      signer: createIdentitySigner(filled(0x66)),
    }),
  };
}

/** What is done to one message. */
export type Action =
  | { readonly to: 'pass' | 'drop' | 'repeat' | 'hold' }
  | { readonly to: 'flip' | 'cut'; readonly at: number }
  | { readonly to: 'append' | 'replace'; readonly bytes: Uint8Array }
  | { readonly to: 'replay'; readonly back: number }
  | {
      readonly to: 'inject' | 'precede';
      readonly whose: keyof Loot;
      readonly name: ProfileName;
      readonly at: number;
    };

/** Anything an attacker can do to the messages of a handshake of the profiles, one action for each. */
export const attacksOn = (...names: readonly ProfileName[]): fc.Arbitrary<readonly Action[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.constant<Action>({ to: 'pass' }) },
      {
        weight: 1,
        arbitrary: fc.record({ to: fc.constantFrom('drop' as const, 'repeat' as const, 'hold' as const) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ to: fc.constantFrom('flip' as const, 'cut' as const), at: fc.nat() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          to: fc.constantFrom('append' as const, 'replace' as const),
          bytes: fc.uint8Array({ minLength: 1, maxLength: 700 }),
        }),
      },
      { weight: 1, arbitrary: fc.record({ to: fc.constant('replay' as const), back: fc.nat(4) }) },
      {
        weight: 3,
        arbitrary: fc.record({
          to: fc.constantFrom('inject' as const, 'precede' as const),
          whose: fc.constantFrom('theirs' as const, 'his' as const),
          name: fc.oneof(fc.constantFrom(...names), fc.constantFrom(...NAMES)),
          at: fc.oneof(fc.constant(0), fc.nat(3)),
        }),
      },
    ),
    { minLength: 1, maxLength: 5 },
  );

/** The network of an attacker: his actions in turn, and honest delivery after the last one. */
export function attackedNetwork(actions: readonly Action[], loot: Loot): Network {
  const seen: Uint8Array[] = [];
  const held: Uint8Array[] = [];
  return ({ message, index }) => {
    seen.push(message);
    const arriving = [...arrivalsOf(actions[index] ?? { to: 'pass' }, message, seen, loot)];
    if (actions[index]?.to === 'hold') held.push(message);
    else arriving.push(...held.splice(0));
    return arriving;
  };
}

function arrivalsOf(
  action: Action,
  message: Uint8Array,
  seen: readonly Uint8Array[],
  loot: Loot,
): Uint8Array[] {
  switch (action.to) {
    case 'pass':
      return [message];
    case 'drop':
    case 'hold':
      return [];
    case 'repeat':
      return [message, message];
    case 'flip':
      return [flipped(message, action.at % (8 * message.length))];
    case 'cut':
      return [message.slice(0, action.at % message.length)];
    case 'append':
      return [Uint8Array.from([...message, ...action.bytes])];
    case 'replace':
      return [action.bytes];
    case 'replay':
      return [seen[action.back % seen.length] as Uint8Array];
    case 'inject':
      return [lootOf(action, loot)];
    case 'precede':
      return [lootOf(action, loot), message];
  }
}

function lootOf({ whose, name, at }: Action & { to: 'inject' | 'precede' }, loot: Loot): Uint8Array {
  const messages = loot[whose][name];
  return messages[at % messages.length] as Uint8Array;
}

/** Who the honest peer of each side is. */
const HONEST_PEER = {
  initiator: { noiseKey: SERVER_NOISE_KEY, identity: SERVER_IDENTITY },
  responder: { noiseKey: CLIENT_NOISE_KEY, identity: CLIENT_IDENTITY },
} as const;

const same = (one: Uint8Array | undefined, two: Uint8Array) => one !== undefined && equalBytes(one, two);
const isAmong = (message: Uint8Array | undefined, all: readonly Uint8Array[]) =>
  message !== undefined && all.some((one) => equalBytes(one, message));

/** Fails if a session of one side promises more than is so, whatever happened on the way. */
export function expectHonestSession(
  role: Role,
  profiles: Readonly<Record<Role, Profile>>,
  sides: Readonly<Record<Role, Side>>,
  loot: Loot,
): void {
  const [side, peer] = [sides[role], sides[OTHER[role]]];
  const { session, log } = side;
  if (session === undefined) return;
  const { name, guarantees } = profiles[role];
  const { proves, replayable } = guarantees[role];
  const accepted = log.filter(({ what }) => what === 'accepted').map(({ message }) => message);
  expect(session.pattern).toBe(name);
  expect(session.remoteIdentity !== undefined).toBe(proves.remoteIdentity);
  if (proves.remoteStatic) expect(session.remoteStatic).toBeDefined();

  const live = profiles.initiator === profiles.responder && talkedWith(side, peer);
  if (live) return;
  // Whatever was replayed or altered, only what may be a recording opens a session, and not a second time in N.
  if (name === 'N' && role === 'responder') {
    expect(isAmong(accepted[0], [...loot.theirs.N, ...loot.his.N])).toBe(false);
    throw new Error('nobody made a first message of N but the client');
  }
  if (role === 'initiator') expect(accepted).toEqual([]);
  else expect(replayable).toBe(true);
  expect(session.confirmed).toBe(false);
  const { noiseKey, identity } = HONEST_PEER[role];
  const namesPeer = same(session.remoteStatic, noiseKey) || same(session.remoteIdentity, identity);
  if (namesPeer && role === 'responder') expect(isAmong(accepted[0], loot.theirs[name])).toBe(true);
}

/** Fails unless two sessions either agree in everything or have nothing to say to each other. */
export function expectAgreementOrNothing({ initiator, responder }: Readonly<Record<Role, Side>>): void {
  const [one, two] = [initiator.session, responder.session];
  if (one === undefined || two === undefined) return;
  const message = one.encrypt(filled(1));
  if (talkedWith(initiator, responder) && talkedWith(responder, initiator)) {
    expect(one.id).toEqual(two.id);
    expect(two.decrypt(message)).toEqual(filled(1));
    if (!one.oneWay) expect(one.decrypt(two.encrypt(filled(2)))).toEqual(filled(2));
    return;
  }
  expect(one.id).not.toEqual(two.id);
  const answer = two.oneWay ? undefined : two.encrypt(filled(2));
  expect(thrownBy(() => two.decrypt(message)).code).toBe('NOISE_DECRYPT_FAILED');
  if (answer && !one.oneWay) expect(thrownBy(() => one.decrypt(answer)).code).toBe('NOISE_DECRYPT_FAILED');
}
