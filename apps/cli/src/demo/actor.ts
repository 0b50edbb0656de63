import type { OpenPort } from './open-port.ts';
import type { Person } from './person.ts';
import type { Tell } from './scene.ts';

/** Who plays the scenes of one participant, and what is there by now. */
export interface Actor {
  readonly tell: Tell;
  /** Since `arrive`. */
  person: Person | undefined;
  /** From `listen` to `close`. */
  port: OpenPort | undefined;
}

/** Everything begins with `arrive`. */
export function personOf({ person }: Pick<Actor, 'person'>): Person {
  if (person === undefined) throw new Error('nobody has arrived yet');
  return person;
}
