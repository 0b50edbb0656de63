import { describe, expect, it } from 'vitest';
import { BASE_PATTERNS, formatProtocolName, IK, parseProtocolName, patternOf, XX } from '../../src/index.ts';
import { codeOf } from '../thrown.ts';

describe('parseProtocolName', () => {
  it('takes a name apart', () => {
    expect(parseProtocolName('Noise_X1X1fallback+psk0+psk12_448_AESGCM_SHA512')).toEqual({
      pattern: 'X1X1',
      modifiers: ['fallback', 'psk0', 'psk12'],
      dh: '448',
      cipher: 'AESGCM',
      hash: 'SHA512',
    });
  });

  it.each([
    '',
    'Noise',
    'noise_XX_25519_ChaChaPoly_BLAKE2s',
    'NoisePSK_XX_25519_ChaChaPoly_BLAKE2s',
    'Noise_XX_25519_ChaChaPoly',
    'Noise_XX_25519_ChaChaPoly_BLAKE2s_',
    'Noise_XX_25519_ChaChaPoly_BLAKE2s_extra',
    ' Noise_XX_25519_ChaChaPoly_BLAKE2s',
    'Noise_XX_25519_ChaChaPoly_BLAKE2s\n',
    'Noise__25519_ChaChaPoly_BLAKE2s',
    'Noise_xx_25519_ChaChaPoly_BLAKE2s',
    'Noise_1X_25519_ChaChaPoly_BLAKE2s',
    'Noise_XX+psk0_25519_ChaChaPoly_BLAKE2s',
    'Noise_XXpsk0+_25519_ChaChaPoly_BLAKE2s',
    'Noise_XXpsk0++psk1_25519_ChaChaPoly_BLAKE2s',
    'Noise_XXpsk0+Psk1_25519_ChaChaPoly_BLAKE2s',
    'Noise_XXpsk0-psk1_25519_ChaChaPoly_BLAKE2s',
    'Noise_XX\n_25519_ChaChaPoly_BLAKE2s',
    'Noise_XX_25518_ChaChaPoly_BLAKE2s',
    'Noise_XX_25519_chachapoly_BLAKE2s',
    'Noise_XX_25519_ChaChaPoly_SHA3',
    'Noise_XX_25519+448_ChaChaPoly_BLAKE2s',
    'Noise_XX__ChaChaPoly_BLAKE2s',
    `Noise_XX${'a'.repeat(230)}_25519_ChaChaPoly_BLAKE2s`,
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseProtocolName(text))).toBe('NOISE_NAME_INVALID');
  });

  it('accepts 255 bytes and refuses 256', () => {
    const name = (length: number) => `Noise_XX${'a'.repeat(length - 33)}_25519_ChaChaPoly_BLAKE2s`;
    expect(name(255)).toHaveLength(255);
    expect(parseProtocolName(name(255)).modifiers).toHaveLength(1);
    expect(codeOf(() => parseProtocolName(name(256)))).toBe('NOISE_NAME_INVALID');
  });
});

describe('patternOf', () => {
  const named = (section: string) =>
    patternOf(parseProtocolName(`Noise_${section}_25519_ChaChaPoly_BLAKE2s`), BASE_PATTERNS);

  it('finds base patterns themselves', () => {
    expect(named('XX')).toBe(XX);
    expect(named('IK')).toBe(IK);
  });

  it('applies modifiers and keeps the name', () => {
    for (const name of [
      'XXpsk3',
      'XXpsk0+psk1+psk2+psk3',
      'XXfallback',
      'XXfallback+psk0+psk2',
      'XXpsk3+fallback',
    ]) {
      expect(named(name).name).toBe(name);
    }
    expect(named('XXfallback+psk0').messages[0]).toEqual(['psk', 'e', 'ee', 's', 'se']);
  });

  it.each([
    ['QQ', 'NOISE_NAME_INVALID'],
    ['TOSTRING', 'NOISE_NAME_INVALID'],
    ['XXhfs', 'NOISE_NAME_INVALID'],
    ['XXpsk', 'NOISE_NAME_INVALID'],
    ['XXpsk00', 'NOISE_NAME_INVALID'],
    ['XXpsk4', 'NOISE_PATTERN_INVALID'],
    ['XXpsk1+psk0', 'NOISE_PATTERN_INVALID'],
    ['XXpsk1+psk1', 'NOISE_PATTERN_INVALID'],
    ['IKfallback', 'NOISE_PATTERN_INVALID'],
    ['XXpsk0+fallback', 'NOISE_PATTERN_INVALID'],
    ['XXfallback+fallback', 'NOISE_PATTERN_INVALID'],
    ['XXpsk3+fallback+psk0', 'NOISE_PATTERN_INVALID'],
  ])('refuses %s with %s', (section, code) => {
    expect(codeOf(() => named(section))).toBe(code);
  });
});

describe('formatProtocolName', () => {
  it('writes what was parsed', () => {
    const text = 'Noise_XXfallback+psk0_448_AESGCM_BLAKE2b';
    expect(formatProtocolName(parseProtocolName(text))).toBe(text);
  });
});
