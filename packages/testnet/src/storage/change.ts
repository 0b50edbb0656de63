import { EVENTS_KEPT } from '../constants.ts';
import { costOf, type MutableState, type MutableUser, type StoredEvent } from './network-state.ts';
import { insertPath, removePath } from './path-order.ts';

/** Everything that can happen to the state of a network. Plain values, so that it can be written down as JSON. */
export type Change =
  | { readonly kind: 'user'; readonly user: string; readonly createdMs: number }
  | {
      readonly kind: 'session';
      readonly id: string;
      readonly user: string;
      readonly capabilities: string;
      readonly createdMs: number;
    }
  | { readonly kind: 'session-end'; readonly id: string }
  | { readonly kind: 'invite'; readonly code: string }
  | { readonly kind: 'invite-used'; readonly code: string; readonly user: string }
  | {
      readonly kind: 'file';
      readonly user: string;
      readonly path: string;
      readonly etag: string;
      readonly bytes: number;
      readonly contentType: string;
      readonly modifiedMs: number;
      readonly body: string;
    }
  | { readonly kind: 'file-gone'; readonly user: string; readonly path: string }
  | ({ readonly kind: 'event' } & StoredEvent)
  | { readonly kind: 'packet'; readonly key: string; readonly payload: string };

type Kind = Change['kind'];
type ChangeOf<Name extends Kind> = Extract<Change, { kind: Name }>;

type FieldType = 'text' | 'count' | 'text?';
type Shape<Name extends Kind> = { readonly [Field in keyof Omit<ChangeOf<Name>, 'kind'>]-?: FieldType };

const SHAPES: { readonly [Name in Kind]: Shape<Name> } = {
  user: { user: 'text', createdMs: 'count' },
  session: { id: 'text', user: 'text', capabilities: 'text', createdMs: 'count' },
  'session-end': { id: 'text' },
  invite: { code: 'text' },
  'invite-used': { code: 'text', user: 'text' },
  file: {
    user: 'text',
    path: 'text',
    etag: 'text',
    bytes: 'count',
    contentType: 'text',
    modifiedMs: 'count',
    body: 'text',
  },
  'file-gone': { user: 'text', path: 'text' },
  event: { id: 'count', type: 'text', user: 'text', path: 'text', etag: 'text?' },
  packet: { key: 'text', payload: 'text' },
};

const FITS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  'text?': (value) => value === undefined || typeof value === 'string',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
};

/** A change as it was written down; undefined if it is none. */
export function readChange(value: unknown): Change | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const { kind } = fields;
  if (typeof kind !== 'string' || !Object.hasOwn(SHAPES, kind)) return undefined;
  const shape = Object.entries<FieldType>(SHAPES[kind as Kind]);
  return shape.every(([name, type]) => FITS[type](fields[name])) ? (value as Change) : undefined;
}

/** More than is kept is dropped in bulk: taking the first of a long list again and again is slow. */
const EVENT_SLACK = 1_000;

function userOf(state: MutableState, user: string): MutableUser {
  const found = state.users.get(user);
  if (found === undefined) throw new RangeError('a change of a user that is not there');
  return found;
}

function charge(state: MutableState, user: MutableUser, bytes: number): void {
  user.usedBytes += bytes;
  state.usedBytes += bytes;
}

const APPLY: { readonly [Name in Kind]: (state: MutableState, change: ChangeOf<Name>) => void } = {
  user(state, { user, createdMs }) {
    state.users.set(user, { createdMs, files: new Map(), paths: [], usedBytes: 0, sessions: new Set() });
  },
  session(state, { id, user, capabilities, createdMs }) {
    userOf(state, user).sessions.add(id);
    state.sessions.set(id, { user, capabilities, createdMs });
  },
  'session-end'(state, { id }) {
    const session = state.sessions.get(id);
    if (session === undefined) return;
    userOf(state, session.user).sessions.delete(id);
    state.sessions.delete(id);
  },
  invite(state, { code }) {
    state.invites.set(code, undefined);
  },
  'invite-used'(state, { code, user }) {
    state.invites.set(code, user);
  },
  file(state, { user: name, path, etag, bytes, contentType, modifiedMs, body }) {
    const user = userOf(state, name);
    const before = user.files.get(path);
    const file = { etag, bytes, contentType, modifiedMs, body };
    if (before === undefined) insertPath(user.paths, path);
    user.files.set(path, file);
    charge(state, user, costOf(file) - costOf(before));
  },
  'file-gone'(state, { user: name, path }) {
    const user = userOf(state, name);
    const before = user.files.get(path);
    if (before === undefined) return;
    removePath(user.paths, path);
    user.files.delete(path);
    charge(state, user, -costOf(before));
  },
  event(state, { kind: _, ...event }) {
    state.events.push(event);
    const surplus = state.events.length - EVENTS_KEPT;
    if (surplus >= EVENT_SLACK) state.events.splice(0, surplus);
  },
  packet(state, { key, payload }) {
    state.packets.set(key, new Uint8Array(Buffer.from(payload, 'base64')));
  },
};

/**
 * Makes a change happen.
 *
 * @throws RangeError if it is about a user that is not there: then what was written down is not whole.
 */
export function applyChange(state: MutableState, change: Change): void {
  const apply = APPLY[change.kind] as (state: MutableState, change: Change) => void;
  apply(state, change);
}

/** The changes that make an empty network one like this; fewer than those that led to it. */
export function* changesOf(state: MutableState): Generator<Change> {
  for (const [code, user] of state.invites) {
    yield { kind: 'invite', code };
    if (user !== undefined) yield { kind: 'invite-used', code, user };
  }
  for (const [name, user] of state.users) {
    yield { kind: 'user', user: name, createdMs: user.createdMs };
    for (const path of user.paths) {
      const file = user.files.get(path);
      if (file !== undefined) yield { kind: 'file', user: name, path, ...file };
    }
  }
  for (const [id, session] of state.sessions) yield { kind: 'session', id, ...session };
  for (const event of state.events) yield { kind: 'event', ...event };
  for (const [key, payload] of state.packets) {
    yield { kind: 'packet', key, payload: Buffer.from(payload).toString('base64') };
  }
}
