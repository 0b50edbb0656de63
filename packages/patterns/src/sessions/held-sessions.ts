import { hex } from '@pubky-paykit/primitives';
import { Rounds } from './rounds.ts';
import type { AnySession } from './session.ts';

/** A session as a registry holds it. */
export interface HeldSession<Held extends AnySession> {
  readonly id: string;
  readonly session: Held;
  /** What sessions of one peer have in common; `undefined` where the peer proved nothing. */
  readonly peer: string | undefined;
  /** Calls of `use` that have not returned. */
  users: number;
  /** Messages both ways when the registry last looked. */
  traffic: bigint;
}

/** The prefix keeps identities and Noise keys apart. */
function peerOf({ remoteIdentity, remoteStatic }: AnySession): string | undefined {
  if (remoteIdentity !== undefined) return `identity ${hex.encode(remoteIdentity)}`;
  return remoteStatic && `Noise key ${hex.encode(remoteStatic)}`;
}

function trafficOf({ sent, received }: AnySession): bigint {
  return sent + received;
}

/** What a registry notes about a session that comes in. */
export function heldSession<Held extends AnySession>(id: string, session: Held): HeldSession<Held> {
  return { id, session, peer: peerOf(session), users: 0, traffic: trafficOf(session) };
}

/** Whether a session whose time is over was used in it, past the registry. */
export function isBusy(held: HeldSession<AnySession>): boolean {
  if (held.session.destroyed) return false;
  const before = held.traffic;
  held.traffic = trafficOf(held.session);
  return held.users > 0 || held.traffic !== before;
}

/** Sessions, all and by peer: what one peer has is known without counting, and ended ones are looked for by parts. */
export class HeldSessions<Held extends AnySession> {
  readonly #all = new Rounds<HeldSession<Held>>();
  readonly #byPeer = new Map<string, Rounds<HeldSession<Held>>>();

  add(held: HeldSession<Held>): void {
    this.#all.add(held);
    if (held.peer === undefined) return;
    const ofPeer = this.#byPeer.get(held.peer) ?? new Rounds();
    ofPeer.add(held);
    this.#byPeer.set(held.peer, ofPeer);
  }

  delete(held: HeldSession<Held>): void {
    this.#all.delete(held);
    if (held.peer === undefined) return;
    const ofPeer = this.#byPeer.get(held.peer);
    ofPeer?.delete(held);
    if (ofPeer?.size === 0) this.#byPeer.delete(held.peer);
  }

  /** How many sessions of one peer there are, those among them that have ended included. */
  countOf(peer: string): number {
    return this.#byPeer.get(peer)?.size ?? 0;
  }

  /** The ended ones among the next `atMost` sessions, of one peer or of all. */
  ended(atMost: number, peer?: string): HeldSession<Held>[] {
    const among = peer === undefined ? this.#all : this.#byPeer.get(peer);
    return among?.next(atMost).filter(({ session }) => session.destroyed) ?? [];
  }
}
