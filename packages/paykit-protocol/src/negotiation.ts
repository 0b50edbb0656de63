import { PaykitError } from './errors.ts';

/**
 * The whole negotiation, `TRANSITIONS[role][state][event]`. A pair that is absent is a mistake of the caller and throws;
 * states without events are final, and nothing leaves them.
 */
export const TRANSITIONS = {
  payer: {
    idle: { request: 'requested', fail: 'failed' },
    requested: { acknowledge: 'requested', accept: 'accepted', refuse: 'refused', fail: 'failed' },
    accepted: { store: 'confirmed', fail: 'failed' },
    confirmed: {},
    refused: {},
    failed: {},
  },
  payee: {
    idle: { request: 'checking' },
    checking: { repeat: 'confirmed', pass: 'generating', refuse: 'refused', fail: 'failed' },
    generating: { generate: 'storing', refuse: 'refused', fail: 'failed' },
    storing: { store: 'confirmed', refuse: 'refused', fail: 'failed' },
    confirmed: {},
    refused: {},
    failed: {},
  },
} as const;

/** Who negotiates. */
export type NegotiationRole = keyof typeof TRANSITIONS;
/** The states of one role. */
export type NegotiationState<Role extends NegotiationRole = NegotiationRole> = Role extends NegotiationRole
  ? keyof (typeof TRANSITIONS)[Role]
  : never;
type EventsOf<Table> = Table extends object
  ? { [State in keyof Table]: keyof Table[State] }[keyof Table]
  : never;
/** The events of one role. */
export type NegotiationEvent<Role extends NegotiationRole = NegotiationRole> = Role extends NegotiationRole
  ? EventsOf<(typeof TRANSITIONS)[Role]>
  : never;

/** One step that was taken. */
export interface NegotiationStep {
  readonly role: NegotiationRole;
  readonly from: NegotiationState;
  readonly event: NegotiationEvent;
  readonly to: NegotiationState;
}

/** Told of each step as it is taken, for progress bars and logs. It must not throw. */
export type NegotiationObserver = (step: NegotiationStep) => void;

/**
 * The state that follows.
 *
 * @throws PAYKIT_ILLEGAL_TRANSITION if the table has none.
 */
export function nextState<Role extends NegotiationRole>(
  role: Role,
  state: NegotiationState<Role>,
  event: NegotiationEvent<Role>,
): NegotiationState<Role> {
  const states: Readonly<Record<string, Readonly<Record<string, string>>>> = TRANSITIONS[role];
  const events = Object.hasOwn(states, state) ? states[state] : undefined;
  if (events === undefined || !Object.hasOwn(events, event)) {
    throw new PaykitError('PAYKIT_ILLEGAL_TRANSITION', { role, state, event });
  }
  return events[event] as NegotiationState<Role>;
}

/** Where one negotiation stands. */
export interface Negotiation<Role extends NegotiationRole> {
  readonly state: NegotiationState<Role>;
  /** Takes a step. @throws PAYKIT_ILLEGAL_TRANSITION and stays where it is if the table has none. */
  apply(event: NegotiationEvent<Role>): void;
}

/** A negotiation in state `idle`. */
export function startNegotiation<Role extends NegotiationRole>(
  role: Role,
  observer?: NegotiationObserver,
): Negotiation<Role> {
  let state = 'idle' as NegotiationState<Role>;
  return {
    get state() {
      return state;
    },
    apply(event) {
      const from = state;
      state = nextState(role, from, event);
      observer?.({ role, from, event, to: state });
    },
  };
}
