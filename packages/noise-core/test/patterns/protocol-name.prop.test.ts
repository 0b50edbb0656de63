import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProtocolName, NoiseError, type ProtocolName, parseProtocolName } from '../../src/index.ts';

const name: fc.Arbitrary<ProtocolName> = fc.record({
  pattern: fc.stringMatching(/^[A-Z][A-Z0-9]{0,5}$/),
  modifiers: fc.array(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { maxLength: 5 }),
  dh: fc.constantFrom('25519', '448'),
  cipher: fc.constantFrom('ChaChaPoly', 'AESGCM'),
  hash: fc.constantFrom('SHA256', 'SHA512', 'BLAKE2s', 'BLAKE2b'),
});

describe('parseProtocolName and formatProtocolName', () => {
  it('are inverse on names', () => {
    fc.assert(
      fc.property(name, (parts) => {
        const text = formatProtocolName(parts);
        expect(parseProtocolName(text)).toEqual(parts);
        expect(formatProtocolName(parseProtocolName(text))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('give any text back unchanged or refuse it', () => {
    const pieces = fc.constantFrom(
      'Noise',
      '_',
      'XX',
      'psk0',
      '+',
      'fallback',
      '25519',
      'ChaChaPoly',
      'BLAKE2s',
      'é',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(pieces).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            expect(formatProtocolName(parseProtocolName(text))).toBe(text);
          } catch (error) {
            if (!(error instanceof NoiseError) || error.code !== 'NOISE_NAME_INVALID') throw error;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
