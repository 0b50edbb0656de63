import { HomeserverError } from '../errors.ts';

/** What a session may do below a path. */
export interface Capability {
  /** Starts with `/`. The server compares it as a plain prefix: end it with `/` unless one file is meant. */
  readonly scope: string;
  /** Reading what is not public. Everything below `/pub/` can be read without a capability. */
  readonly read: boolean;
  /** Writing and deleting. */
  readonly write: boolean;
}

/** Everything, `/:rw`: what signing in with the identity key itself asks for. */
export const ROOT_CAPABILITIES: readonly Capability[] = [{ scope: '/', read: true, write: true }];

/** Longest list, in UTF-16 units (inclusive): tokens, records and links stay small. */
export const CAPABILITIES_MAXIMUM_LENGTH = 4096;

const FORM = /^(\/[^:,]*):([a-z]*)$/u;

/** The faults in the order in which they are looked for, each with a test of the whole entry. */
const FAULTS = [
  ['format', (entry: string) => entry.split(':').length !== 2 || entry.includes(',')],
  ['scope', (entry: string) => !entry.startsWith('/')],
  ['action', (entry: string) => !/:[rw]*$/u.test(entry)],
] as const;

/** One entry such as `/pub/app/:rw`; `undefined` if it is malformed. `wr` and repeated letters are understood. */
export function parseCapability(entry: string): Capability | undefined {
  const [, scope, actions] = FORM.exec(entry) ?? [];
  if (scope === undefined || actions === undefined || /[^rw]/u.test(actions)) return undefined;
  return { scope, read: actions.includes('r'), write: actions.includes('w') };
}

/** The canonical text of one capability: `r` before `w`. */
export function formatCapability({ scope, read, write }: Capability): string {
  return `${scope}:${read ? 'r' : ''}${write ? 'w' : ''}`;
}

/**
 * Parses a comma-separated list, in which every entry must be well formed; none is an empty text.
 *
 * @returns Merged as servers merge them: one entry a scope, none that another one covers.
 * @throws HOMESERVER_BAD_CAPABILITIES
 *
 * @example
 * ```ts
 * import { formatCapabilities, parseCapabilities } from '@pubky-paykit/homeserver/wire';
 * const capabilities = parseCapabilities('/pub/app/:wr,/pub/app/drafts/:r');
 * formatCapabilities(capabilities); // '/pub/app/:rw'
 * ```
 */
export function parseCapabilities(text: string): readonly Capability[] {
  if (text.length > CAPABILITIES_MAXIMUM_LENGTH) {
    throw new HomeserverError('HOMESERVER_BAD_CAPABILITIES', { fault: 'too-long', entry: 0 });
  }
  if (text === '') return [];
  const parsed = text.split(',').map((entry, index) => {
    const capability = parseCapability(entry);
    if (capability !== undefined) return capability;
    const fault = FAULTS.find(([, holds]) => holds(entry))?.[0] ?? 'format';
    throw new HomeserverError('HOMESERVER_BAD_CAPABILITIES', { fault, entry: index });
  });
  return mergeCapabilities(parsed);
}

/**
 * Reads a list as servers do: entries that are not understood grant nothing and are left out. Bounded like
 * {@link parseCapabilities}: a longer text grants nothing at all.
 */
export function readCapabilities(text: string): readonly Capability[] {
  if (text.length > CAPABILITIES_MAXIMUM_LENGTH) return [];
  const understood = text.split(',').map(parseCapability);
  return mergeCapabilities(understood.filter((each) => each !== undefined));
}

/** The text of a list, entries separated by commas, in the order given. */
export function formatCapabilities(capabilities: readonly Capability[]): string {
  return capabilities.map(formatCapability).join(',');
}

/** True if all that `inner` grants `outer` grants as well; a scope without trailing slash covers only itself. */
function covers(outer: Capability, inner: Capability): boolean {
  const within =
    outer.scope === inner.scope || (outer.scope.endsWith('/') && inner.scope.startsWith(outer.scope));
  return within && (outer.read || !inner.read) && (outer.write || !inner.write);
}

/** One entry a scope, and none that another one covers; the rest keeps its order. */
export function mergeCapabilities(capabilities: readonly Capability[]): readonly Capability[] {
  const byScope = new Map<string, Capability>();
  for (const { scope, read, write } of capabilities) {
    const before = byScope.get(scope);
    byScope.set(scope, {
      scope,
      read: read || before?.read === true,
      write: write || before?.write === true,
    });
  }
  const merged = [...byScope.values()];
  return merged.filter((each) => !merged.some((other) => other !== each && covers(other, each)));
}

/** What servers let everybody read. */
const PUBLIC_ROOT = '/pub/';
const READING: readonly string[] = ['GET', 'HEAD'];

/**
 * Whether a server lets a session with these capabilities do this: everything below `/pub/` may be read by anybody, writing
 * needs a capability with `w` whose scope is a prefix of the path, and nothing outside `/pub/` exists.
 *
 * @param method HTTP method in capitals.
 * @param path Decoded and without dot segments. (The official server compares the path as it stands in the request line, so
 *   a scope with characters that are percent-encoded there never matches.)
 */
export function capabilitiesAllow(
  capabilities: readonly Capability[],
  method: string,
  path: string,
): boolean {
  if (!path.startsWith(PUBLIC_ROOT)) return false;
  if (READING.includes(method)) return true;
  return capabilities.some(({ scope, write }) => write && path.startsWith(scope));
}
