import { describe, expect, it } from 'vitest';
import { parseVectorFile } from '../../src/testing.ts';

const VECTOR = {
  protocol_name: 'Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s',
  init_prologue: '0a',
  init_psks: ['01'.repeat(32)],
  init_ephemeral: '11'.repeat(32),
  resp_prologue: '0a',
  resp_psks: ['01'.repeat(32)],
  messages: [{ payload: 'AB', ciphertext: 'cd' }],
};
const parse = (file: unknown) => parseVectorFile(JSON.stringify(file));
const only = (changes: object) => parse([{ ...VECTOR, ...changes }])[0]!;

describe('parseVectorFile', () => {
  it('reads an object with vectors and a bare list alike', () => {
    const [vector] = parse({ vectors: [VECTOR] });
    expect(parse([VECTOR])).toEqual([vector]);
    expect(vector).toMatchObject({
      label: 'Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s',
      protocolName: 'Noise_NNpsk0_25519_ChaChaPoly_BLAKE2s',
      fallbackName: undefined,
      fails: false,
      obsolete: undefined,
      handshakeHash: undefined,
    });
    expect(vector!.initiator.psks).toEqual([new Uint8Array(32).fill(1)]);
    expect(vector!.initiator.ephemeral).toEqual(new Uint8Array(32).fill(0x11));
    expect(vector!.initiator.static).toBeUndefined();
    expect(vector!.messages).toEqual([{ payload: Uint8Array.of(0xab), ciphertext: Uint8Array.of(0xcd) }]);
  });

  it('takes the protocol from `name`, or from its parts, where there is no `protocol_name`', () => {
    const name = 'Noise_XX_448_AESGCM_SHA512';
    expect(only({ protocol_name: undefined, name })).toMatchObject({ label: name, protocolName: name });
    expect(only({ protocol_name: undefined, name: `${name}: with a remark` }).protocolName).toBe(name);
    const parts = { protocol_name: undefined, pattern: 'XX', dh: '448', cipher: 'AESGCM', hash: 'SHA512' };
    expect(only(parts)).toMatchObject({ label: 'unnamed', protocolName: name });
    expect(only({ ...parts, name: 'the fifth one' })).toMatchObject({
      label: 'the fifth one',
      protocolName: name,
    });
  });

  it('takes a single `init_psk`', () => {
    const single = { init_psks: undefined, init_psk: '02'.repeat(32) };
    expect(only(single).initiator.psks).toEqual([new Uint8Array(32).fill(2)]);
    expect(only({ ...single, init_psks: [] }).initiator.psks).toEqual([new Uint8Array(32).fill(2)]);
  });

  it('reads null as missing, and missing prologues and payloads as empty', () => {
    const vector = only({
      init_prologue: null,
      init_psks: null,
      init_static: null,
      resp_prologue: undefined,
      handshake_hash: null,
      hybrid: null,
      fail: null,
      messages: [{ payload: null, ciphertext: '00' }, { ciphertext: '01' }],
    });
    expect(vector.initiator).toMatchObject({ prologue: new Uint8Array(0), psks: [], static: undefined });
    expect(vector.messages.map(({ payload }) => payload.length)).toEqual([0, 0]);
    expect(vector).toMatchObject({ fails: false, obsolete: undefined });
  });

  it('notices vectors that must fail, that fall back, and that need what revision 34 has not', () => {
    expect(only({ fail: true }).fails).toBe(true);
    expect(
      only({ protocol_name: undefined, name: 'Noise_XXfallback_25519_AESGCM_SHA256', fallback: true }),
    ).toMatchObject({
      protocolName: 'Noise_IK_25519_AESGCM_SHA256',
      fallbackName: 'Noise_XXfallback_25519_AESGCM_SHA256',
    });
    expect(
      only({ protocol_name: 'Noise_IK_25519_AESGCM_SHA256', fallback: true, fallback_pattern: 'NXfallback' })
        .fallbackName,
    ).toBe('Noise_NXfallback_25519_AESGCM_SHA256');
    expect(
      only({
        protocol_name: 'Noise_IK_25519_AESGCM_SHA256',
        fallback: true,
        fallback_pattern: 'Noise_XXfallback_25519_AESGCM_SHA256',
      }).fallbackName,
    ).toBe('Noise_XXfallback_25519_AESGCM_SHA256');
    expect(only({ protocol_name: 'NoisePSK_XX_25519_AESGCM_SHA256' }).obsolete).toBe('NoisePSK');
    expect(only({ hybrid: 'NewHope' }).obsolete).toBe('hybrid');
    expect(only({ init_ssk: '00' }).obsolete).toBe('init_ssk');
  });

  it.each<[string, unknown]>([
    ['a number', 3],
    ['null', null],
    ['an object without vectors', {}],
    ['vectors that are no list', { vectors: VECTOR }],
    ['a list of numbers', [1, 2]],
    ['a list of lists', [[]]],
    ['a vector without messages', [{ ...VECTOR, messages: undefined }]],
    ['messages that are no list', [{ ...VECTOR, messages: {} }]],
    ['a message without ciphertext', [{ ...VECTOR, messages: [{ payload: '' }] }]],
    ['a message that is a text', [{ ...VECTOR, messages: ['00'] }]],
    ['half a byte', [{ ...VECTOR, init_static: '0' }]],
    ['no hexadecimal', [{ ...VECTOR, init_static: 'zz' }]],
    ['a psk that is no hexadecimal', [{ ...VECTOR, init_psks: ['zz'] }]],
    ['a psk that is null', [{ ...VECTOR, init_psks: [null] }]],
    ['a key that is a number', [{ ...VECTOR, init_static: 12 }]],
  ])('refuses %s', (_, file) => {
    expect(() => parse(file)).toThrow(SyntaxError);
  });

  it.each(['', '{', 'hello', '[1,]'])('refuses %j, which is no JSON', (text) => {
    expect(() => parseVectorFile(text)).toThrow(SyntaxError);
  });
});
