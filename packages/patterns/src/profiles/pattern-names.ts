import { PatternsError } from '../errors.ts';
import { shownText } from '../redaction.ts';

/** The negotiation byte of every profile, by the name the wire generation 0.8 shows. N8 §1.3, P8 §3.1 */
export const PATTERN_BYTES = { IK: 0x00, 'IK-raw': 0x01, N: 0x02, NN: 0x03, XX: 0x04 } as const;

/** The profiles of this wire generation, by name. */
export type ProfileName = keyof typeof PATTERN_BYTES;

/** Every profile, in the order of its byte. */
export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PATTERN_BYTES) as ProfileName[];

/** Other spellings 0.8 reads, lower case. N8 §1.3 */
const ALIASES: Readonly<Record<string, ProfileName>> = { ikraw: 'IK-raw', ik_raw: 'IK-raw' };

/** The profile that goes with a negotiation byte, or `undefined` for a byte that 0.8 does not know. */
export function profileOfByte(byte: number): ProfileName | undefined {
  return PROFILE_NAMES.find((name) => PATTERN_BYTES[name] === byte);
}

/**
 * Reads a profile's name as 0.8 does: `ik`, `ik-raw`, `ikraw`, `ik_raw`, `n`, `nn` or `xx`, in any case.
 *
 * @throws PATTERNS_PATTERN_UNKNOWN for every other text.
 * @see N8 §1.3
 */
export function parseProfileName(text: string): ProfileName {
  const lower = text.toLowerCase();
  const found =
    PROFILE_NAMES.find((name) => name.toLowerCase() === lower) ??
    (Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined);
  if (found === undefined) throw new PatternsError('PATTERNS_PATTERN_UNKNOWN', { name: shownText(text) });
  return found;
}
