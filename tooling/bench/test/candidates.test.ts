import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findFaults } from '../candidates/candidate.mjs';
import { CANDIDATES } from '../candidates/index.mjs';
import { RAW_AEADS } from '../candidates/raw-aead.mjs';

const HANDSHAKES = CANDIDATES.flatMap(({ name, handshakes }) =>
  Object.entries(handshakes).map(([pattern, prepare]) => ({ name, pattern, prepare })),
);

describe('CANDIDATES', () => {
  it.each(HANDSHAKES)(
    '$name completes $pattern and carries messages of every measured size',
    ({ prepare }) => {
      const connect = prepare();
      expect(findFaults(connect())).toEqual([]);
      expect(findFaults(connect())).toEqual([]);
    },
  );

  it('has one entry per name', () => {
    expect(new Set(CANDIDATES.map(({ name }) => name)).size).toBe(CANDIDATES.length);
  });
});

describe('RAW_AEADS', () => {
  it.each(RAW_AEADS)('$name opens what it sealed', ({ pair }) => {
    const run = pair();
    const plaintext = randomBytes(100);
    expect(Buffer.from(run(plaintext))).toEqual(plaintext);
    expect(Buffer.from(run(plaintext))).toEqual(plaintext);
  });
});

describe('findFaults', () => {
  it('reports ends that disagree and messages that do not come through', () => {
    const broken = {
      seal: (plaintext: Uint8Array) => plaintext,
      open: () => new Uint8Array(3),
      agrees: () => false,
      ends: [],
    };
    expect(findFaults(broken)).toContain('the two ends derived different sessions');
    expect(findFaults(broken)).toContain('64 B sealed to 64 B');
    expect(findFaults(broken)).toContain('64 B did not come through');
  });
});
