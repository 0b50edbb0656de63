import { isCodedError } from '@pubky-paykit/primitives';
import type { Homeserver, HomeserverSession, SignUpOptions } from '../../sessions/homeserver.ts';

/** Somebody who may sign up. */
export interface ContractPerson<Identity> {
  readonly identity: Identity;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** An adapter, and the world it is tested in. */
export interface ContractWorld<Identity> {
  readonly homeserver: Homeserver<Identity>;
  /** Somebody new, who has no account anywhere. */
  newPerson(): ContractPerson<Identity>;
  /** Where people sign up; with a fresh invite if that is what it takes. */
  signUpOptions(): Promise<SignUpOptions>;
  /** Whether signing up without an invite is refused. */
  readonly wantsInvite: boolean;
  /**
   * Whether the adapter works in a page of a browser, which shows pages no etags and holds one session a person: signing out
   * ends it for all of them.
   */
  readonly inPage?: boolean | undefined;
  /** Base address of an auth relay; without one the cases that need it are skipped. */
  readonly authRelay?: string | undefined;
}

/** One thing that every adapter has to do. Framework-free: it throws where an adapter does not. */
export interface ContractCase {
  /** A sentence, such as "reads back what was written". */
  readonly name: string;
  /** Why this case cannot run in this world. */
  readonly skip?: string | undefined;
  run(): Promise<void>;
}

/** What cases work with. */
export interface ContractScene<Identity> {
  readonly world: ContractWorld<Identity>;
  /** Two people who are signed up, the same ones for all cases: real servers limit sign-ups. */
  alice(): Promise<HomeserverSession>;
  bob(): Promise<HomeserverSession>;
  /** Who alice is. */
  readonly aliceIs: ContractPerson<Identity>;
  /** A directory that no other case and no other run uses, with a slash at the end. */
  room(): string;
}

/** The cases of one subject. */
export type ContractCases = <Identity>(
  scene: ContractScene<Identity>,
) => Readonly<Record<string, () => Promise<void>>>;

/** Fails the case unless `holds`. @param claim What should be so. */
export function expectThat(holds: boolean, claim: string): void {
  if (!holds) throw new Error(`the contract is broken: ${claim}`);
}

/** Fails the case unless both look the same as JSON. */
export function expectSame(actual: unknown, expected: unknown, claim: string): void {
  const [shown, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  expectThat(shown === wanted, `${claim}: ${shown} is not ${wanted}`);
}

/** Fails the case unless the promise is rejected with this code. */
export async function expectCode(code: string, work: () => Promise<unknown>): Promise<void> {
  let result: unknown;
  try {
    result = await work();
  } catch (error) {
    if (isCodedError(error) && error.code === code) return;
    throw error;
  }
  expectThat(false, `${code} was expected, and it resolved to ${typeof result}`);
}

/** All that an iterator gives. */
export async function collect<Item>(items: AsyncIterableIterator<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for (let item = await items.next(); !item.done; item = await items.next()) all.push(item.value);
  return all;
}
