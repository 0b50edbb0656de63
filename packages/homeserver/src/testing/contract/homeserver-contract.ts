import { hex, systemRandom } from '@pubky-paykit/primitives';
import type { HomeserverSession } from '../../sessions/homeserver.ts';
import type {
  ContractCase,
  ContractCases,
  ContractPerson,
  ContractScene,
  ContractWorld,
} from './contract-case.ts';
import { fileCases } from './file-cases.ts';
import { flowCases } from './flow-cases.ts';
import { listCases } from './list-cases.ts';
import { pathCases } from './path-cases.ts';
import { inviteCases, sessionCases } from './session-cases.ts';
import { watchCases } from './watch-cases.ts';

/** A subject: its cases, and why a world cannot run them. */
type Subject = readonly [
  name: string,
  cases: ContractCases,
  skip?: (world: ContractWorld<unknown>) => string | undefined,
];

const SUBJECTS: readonly Subject[] = [
  ['files', fileCases],
  ['paths', pathCases],
  ['listings', listCases],
  ['sessions', sessionCases],
  [
    'invites',
    inviteCases,
    ({ wantsInvite }) => (wantsInvite ? undefined : 'this homeserver wants no invites'),
  ],
  ['sign-in links', flowCases, ({ authRelay }) => (authRelay ? undefined : 'there is no auth relay')],
  ['watching', watchCases],
];

/** Where the cases write, below a name that no other run has. */
const ROOT = '/pub/contract.test/';
const RUN_NAME_BYTES = 8;

function createScene<Identity>(world: ContractWorld<Identity>): ContractScene<Identity> {
  const aliceIs = world.newPerson();
  const bobIs = world.newPerson();
  const run = hex.encode(systemRandom.bytes(RUN_NAME_BYTES));
  let rooms = 0;
  const signedUp = ({ identity }: ContractPerson<Identity>) => {
    let session: Promise<HomeserverSession> | undefined;
    return () => {
      // Another case may have signed out the one session that a page holds.
      if (session !== undefined && world.inPage) return session.then(() => world.homeserver.signIn(identity));
      session ??= world.signUpOptions().then((options) => world.homeserver.signUp(identity, options));
      return session;
    };
  };
  return {
    world,
    aliceIs,
    alice: signedUp(aliceIs),
    bob: signedUp(bobIs),
    room() {
      rooms += 1;
      return `${ROOT}${run}/${rooms}/`;
    },
  };
}

/**
 * What every adapter of the port has to do, as cases for any test runner, in any order. They share two accounts, write below
 * `/pub/contract.test/` only, and leave their files behind.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { createMemoryHomeserver, homeserverContract } from '@pubky-paykit/homeserver/testing';
 * const homeserver = createMemoryHomeserver();
 * let people = 0;
 * const cases = homeserverContract({
 *   homeserver,
 *   newPerson() {
 *     people += 1;
 *     const publicKey = new Uint8Array(32).fill(people);
 *     return { identity: { publicKey }, publicKey };
 *   },
 *   signUpOptions: async () => ({ homeserver: homeserver.publicKey }),
 *   wantsInvite: false,
 * });
 * for (const { name, skip, run } of cases) test(name, { skip: skip ?? false }, run);
 * ```
 */
export function homeserverContract<Identity>(world: ContractWorld<Identity>): readonly ContractCase[] {
  const scene = createScene(world);
  return SUBJECTS.flatMap(([subject, cases, skip]) =>
    Object.entries(cases(scene)).map(([name, run]) => ({
      name: `${subject}: ${name}`,
      skip: skip?.(world as ContractWorld<unknown>),
      run,
    })),
  );
}
