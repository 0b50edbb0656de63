import type { PatternPolicy, Profile, ProfileName } from '@pubky-paykit/patterns';

/** What each profile is imported as, by its own name and by that of the variable. */
const IMPORTED_AS: Readonly<Record<ProfileName | 'IK_RAW', string>> = {
  IK: 'IK',
  'IK-raw': 'IK_RAW',
  IK_RAW: 'IK_RAW',
  N: 'N',
  NN: 'NN',
  XX: 'XX',
};

function isProfile(value: unknown): value is Profile {
  const { messages, options } = (value ?? {}) as Partial<Profile>;
  return Array.isArray(messages) && options?.initiator !== undefined && options.responder !== undefined;
}

/**
 * Tells callers without types that a profile is passed itself and not by its name.
 *
 * @throws TypeError
 */
export function requireProfile(value: unknown): asserts value is Profile {
  if (isProfile(value)) return;
  if (typeof value === 'string' && Object.hasOwn(IMPORTED_AS, value)) {
    const variable = IMPORTED_AS[value as ProfileName];
    throw new TypeError(`a profile is an object: import ${variable} and pass ${variable}, not '${value}'`);
  }
  const variables = new Set(Object.values(IMPORTED_AS));
  throw new TypeError(`this is no profile: import and pass one of ${[...variables].join(', ')}`);
}

/**
 * The same for a list of profiles.
 *
 * @throws TypeError
 */
export function requireProfiles(value: unknown): asserts value is readonly Profile[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new TypeError('profiles is a list of at least one profile, such as [IK]');
  }
  for (const profile of value) requireProfile(profile);
}

/**
 * Tells callers without types that settings make a policy, and are none.
 *
 * @throws TypeError
 */
export function requirePolicy(value: unknown): asserts value is Pick<PatternPolicy, 'allows'> | undefined {
  if (value === undefined || typeof (value as PatternPolicy | null)?.allows === 'function') return;
  throw new TypeError('policy has no method allows: pass createPatternPolicy(settings), not the settings');
}
