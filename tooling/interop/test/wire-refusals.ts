import { describe, expect, it } from 'vitest';
import type { RawWire } from './raw-wire.mjs';
import type { Role } from './wire-handshakes.ts';
import { fromHex, type PatternName } from './wire-parties.ts';
import { against } from './wire-runs.ts';

/** N8 §3.1: 1, and a point of order 8. */
export const LOW_ORDER = {
  one: fromHex(`01${'00'.repeat(31)}`),
  eight: fromHex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
};

/** What a peer must refuse, and how it says so. */
export interface Refusal {
  readonly pattern: PatternName;
  readonly title: string;
  readonly code: string;
  readonly wireCode: number | null;
  readonly args?: readonly string[];
  /** The other side; after it the peer must end the connection without another byte. */
  talk(wire: RawWire): Promise<void> | void;
}

/** The events before the error: a responder of these tests is the one who listens. */
const BEFORE: Readonly<Record<Role, readonly object[]>> = {
  initiator: [],
  responder: [{ event: 'listening', port: expect.any(Number) }],
};

/** One test for each row; `session` says whether there was a handshake event before it. */
export function describeRefusals(
  role: Role,
  rows: readonly Refusal[],
  { args = [], session = false }: { readonly args?: readonly string[]; readonly session?: boolean } = {},
): void {
  describe.concurrent(`peer.mjs --role ${role}`, () => {
    for (const { pattern, title, code, wireCode, talk, args: own = [] } of rows) {
      it(`refuses ${title}, with ${pattern}: ${code}`, async () => {
        const ended = await against(role, pattern, [...args, ...own], talk);
        expect(ended.events).toEqual([
          ...BEFORE[role],
          ...(session ? [expect.objectContaining({ event: 'handshake', pattern })] : []),
          { event: 'error', code, wire_code: wireCode },
        ]);
        expect(ended.code).toBe(1);
      });
    }
  });
}
