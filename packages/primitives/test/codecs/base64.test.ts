import { describe, expect, it } from 'vitest';
import { base64, decodeUtf8, encodeUtf8, hex } from '../../src/index.ts';
import { codeOf } from '../thrown.ts';

describe('base64', () => {
  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('writes and reads %j as RFC 4648 §10 does', (text, encoded) => {
    expect(base64.encode(encodeUtf8(text))).toBe(encoded);
    expect(decodeUtf8(base64.decode(encoded, text.length))).toBe(text);
  });

  it('reads the key and the signature of the record of P8 §12.2', () => {
    expect(base64.decode('AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=', 32)).toEqual(
      new Uint8Array(32).fill(3),
    );
    const signature =
      'mCYvMohR+oyuVG6SPOGb2DnHfyF/hI1zdgFsPVhMzrubDYI9TiTEhofQnPWxk7UZPy/VVBhuMA/spCSz+4kXAw==';
    expect(hex.encode(base64.decode(signature, 64))).toBe(
      '98262f328851fa8cae546e923ce19bd839c77f217f848d7376016c3d584ccebb' +
        '9b0d823d4e24c48687d09cf5b193b5193f2fd554186e300feca424b3fb891703',
    );
  });

  it('uses + and /, and refuses the URL alphabet', () => {
    expect(base64.encode(Uint8Array.of(0xfb, 0xff, 0xbf))).toBe('+/+/');
    expect(codeOf(() => base64.decode('-_-_'))).toBe('PRIMITIVES_BAD_ENCODING');
    expect(codeOf(() => base64.decode('-_-_', 3))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each(['Zg', 'Zg=', 'Zm8', 'Zm9vYg', 'Zm9vYg='])('refuses the missing padding of %j', (text) => {
    expect(codeOf(() => base64.decode(text))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each(['=', '==', '===', '====', 'Z===', 'Zg==Zg==', 'Zg=a', '=Zg=', 'Zm9v====', 'Zm9v=', 'Zm9v=='])(
    'refuses the misplaced padding of %j',
    (text) => {
      expect(codeOf(() => base64.decode(text))).toBe('PRIMITIVES_BAD_ENCODING');
    },
  );

  it.each(['Zh==', 'Zv==', 'Z/==', 'Zm9=', 'Zm+='])('refuses the stray bits in the tail of %j', (text) => {
    expect(codeOf(() => base64.decode(text))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each(['', 'Zg==', 'Zm9v', 'Zm9vYg=='])('refuses %j where two bytes are needed', (text) => {
    expect(codeOf(() => base64.decode(text, 2))).toBe('PRIMITIVES_WRONG_LENGTH');
  });
});
