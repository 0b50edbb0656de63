const DAY_MS = 86_400_000;

/**
 * How long a key is kept, counted from when it was first seen, and how long a validation holds. With 0 every connection
 * validates, and nothing is kept.
 *
 * @see P8 §4.5
 */
export const CONTACT_POLICIES = {
  frequent: { keepMs: 30 * DAY_MS, validateAfterMs: 7 * DAY_MS },
  occasional: { keepMs: 14 * DAY_MS, validateAfterMs: 0 },
  'one-time': { keepMs: 7 * DAY_MS, validateAfterMs: 0 },
  'high-security': { keepMs: 0, validateAfterMs: 0 },
} as const satisfies Readonly<Record<string, ContactPolicy>>;

/** How a key of one class of contacts is kept. Both times are in milliseconds and exclusive. */
export interface ContactPolicy {
  readonly keepMs: number;
  readonly validateAfterMs: number;
}

/** The classes of contacts, by how often they are met. */
export type ContactClass = keyof typeof CONTACT_POLICIES;
