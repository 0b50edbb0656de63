import { EXPERIMENT_NAME_MAXIMUM_CHARACTERS } from '../constants.ts';
import { PatternsError, type SettingFault } from '../errors.ts';
import { isWellFormed } from '../identity/well-formed.ts';
import { PROFILE_NAMES, type ProfileName } from '../profiles/pattern-names.ts';

/** The longest path of a member worth showing in an error. */
const SHOWN_CHARACTERS = 64;

/** Reads one value; `member` is where it stands, such as `experiment.arms[0].weight`. */
export type ReadSetting<Value> = (value: unknown, member: string) => Value;

/** @throws PATTERNS_POLICY_INVALID, always. */
export function refuseSetting(member: string, fault: SettingFault): never {
  throw new PatternsError('PATTERNS_POLICY_INVALID', { member: member.slice(0, SHOWN_CHARACTERS), fault });
}

/** The path of a member of `member`. */
export function within(member: string, name: string): string {
  return member === '' ? name : `${member}.${name}`;
}

/** What JSON calls an object, whichever realm made it: no list, no map, no instance of a class. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The members of an object that has none but these, each read once; absent ones are `undefined`. */
export function readMembers<const Name extends string>(
  value: unknown,
  member: string,
  names: readonly Name[],
): { readonly [Member in Name]: unknown } {
  if (!isRecord(value)) refuseSetting(member, 'not-an-object');
  const unknown = Object.keys(value).find((name) => !(names as readonly string[]).includes(name));
  if (unknown !== undefined) refuseSetting(within(member, unknown), 'unknown-member');
  const members = names.map((name) => [name, Object.hasOwn(value, name) ? value[name] : undefined]);
  return Object.fromEntries(members) as { readonly [Member in Name]: unknown };
}

/** A list within bounds (inclusive), as a frozen copy. */
export function readList<Item>(
  value: unknown,
  member: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  read: ReadSetting<Item>,
): readonly Item[] {
  if (!Array.isArray(value)) refuseSetting(member, 'not-a-list');
  const { length } = value;
  if (length < minimum || length > maximum) refuseSetting(member, 'wrong-count');
  return Object.freeze(Array.from({ length }, (_, index) => read(value[index], `${member}[${index}]`)));
}

/** Refuses a list of names in which one comes twice. */
export function requireUnique(names: readonly string[], member: string): void {
  if (new Set(names).size !== names.length) refuseSetting(member, 'duplicate');
}

/** A name that may stand in measurements: 1 to 64 characters of well-formed text. */
export const readName: ReadSetting<string> = (value, member) => {
  if (typeof value !== 'string') refuseSetting(member, 'not-a-text');
  if (value.length === 0 || value.length > EXPERIMENT_NAME_MAXIMUM_CHARACTERS || !isWellFormed(value)) {
    refuseSetting(member, 'out-of-range');
  }
  return value;
};

/** The name of a pattern as we write it; other spellings are for the command line. */
export const readPattern: ReadSetting<ProfileName> = (value, member) => {
  const pattern = PROFILE_NAMES.find((name) => name === value);
  return pattern ?? refuseSetting(member, 'unknown-pattern');
};

/** A list of patterns, each once. */
export const readPatterns: ReadSetting<readonly ProfileName[]> = (value, member) => {
  const patterns = readList(value, member, { minimum: 0, maximum: PROFILE_NAMES.length }, readPattern);
  requireUnique(patterns, member);
  return patterns;
};
