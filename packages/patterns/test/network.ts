import type { Role } from '@pubky-paykit/noise-core';
import { equalBytes, isCodedError } from '@pubky-paykit/primitives';
import type { ProfileHandshake } from '../src/handshake/handshake.ts';
import type { Session } from '../src/sessions/session.ts';

/** One message as one side saw it. */
interface Event {
  readonly what: 'sent' | 'accepted';
  readonly message: Uint8Array;
}

/** How a handshake went for one side. */
export interface Side {
  readonly handshake: ProfileHandshake;
  /** What it sent and accepted, in order; a message that ended it is not in it. */
  readonly log: Event[];
  /** What ended it. */
  code?: string;
  session?: Session;
}

/** A message on its way. */
export interface Passing {
  readonly message: Uint8Array;
  readonly from: Role;
  /** How many messages were sent before it, by both sides together. */
  readonly index: number;
}

/** The network: what arrives in place of a message, in order. Nothing is a message that is lost. */
export type Network = (passing: Passing) => readonly Uint8Array[];

/** Delivers everything as it is. */
export const honest: Network = ({ message }) => [message];

const ROLES = ['initiator', 'responder'] as const;
const OTHER = { initiator: 'responder', responder: 'initiator' } as const;

async function attempt<Result>(side: Side, call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    side.code = error.code;
    return undefined;
  }
}

async function deliver(side: Side, message: Uint8Array): Promise<void> {
  if (side.code !== undefined || side.handshake.turn !== 'read') return;
  await attempt(
    side,
    side.handshake.read(message).then(() => side.log.push({ what: 'accepted', message: message.slice() })),
  );
}

/** Two sides talk over a network until nobody has anything to say; whoever is not done then is destroyed. */
export async function converse(
  initiator: ProfileHandshake,
  responder: ProfileHandshake,
  network: Network = honest,
): Promise<Record<Role, Side>> {
  const sides: Record<Role, Side> = {
    initiator: { handshake: initiator, log: [] },
    responder: { handshake: responder, log: [] },
  };
  for (let index = 0; ; index++) {
    const from = ROLES.find(
      (role) => sides[role].code === undefined && sides[role].handshake.turn === 'write',
    );
    if (from === undefined) break;
    const message = await attempt(sides[from], sides[from].handshake.write());
    if (message === undefined) continue;
    sides[from].log.push({ what: 'sent', message: message.slice() });
    for (const arriving of network({ message, from, index })) await deliver(sides[OTHER[from]], arriving);
  }
  for (const side of Object.values(sides)) {
    if (side.code !== undefined) continue;
    if (side.handshake.turn === 'done') side.session = side.handshake.finish();
    else side.handshake.destroy();
  }
  return sides;
}

/**
 * Whether a side talked with its peer and nobody else: up to the last message it accepted, each sent what the other
 * accepted, in the same order.
 */
export function talkedWith(side: Side, peer: Side): boolean {
  const last = side.log.findLastIndex(({ what }) => what === 'accepted');
  return side.log.slice(0, last + 1).every(({ what, message }, at) => {
    const seen = peer.log[at];
    return seen !== undefined && seen.what !== what && equalBytes(seen.message, message);
  });
}
