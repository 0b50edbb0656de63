import { createHash } from 'node:crypto';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { keyBindingDigest, signKeyBinding, verifyKeyBinding } from '../../src/records/binding-signature.ts';
import { freshnessDigest, signFreshness, verifyFreshness } from '../../src/records/freshness-signature.ts';
import { formatKeyRecord, parseKeyRecord } from '../../src/records/key-record.ts';
import { signKeyRecord } from '../../src/records/sign-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { bytes, filled } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { clockAt, NOISE_KEY } from './key-records.ts';

const VECTORS = [
  {
    title: 'N8 A.6',
    seed: 1,
    noiseKey: NOISE_KEY,
    device: 'phone1',
    digest: 'dcb7a4e758c493a05d8f03b4d08e625ee28f9a479893fa5b6a1bea2a99955a3a',
    signature:
      'c351cff91a6d4a9ff4f4a4d56bfa658a5f334fcedd68611ec39df1c3c4df65cc' +
      'e2fa2fe63bfab3b49876c42c6b1a0ae87e1289c5d327d29937dd2fdd23db7306',
    record:
      'v=1;k=BPRVDoJsG7hSdWZ1ZpoAE+nn94hDjEoi/z1Cx9LO9CY=;sig=w1HP+RptSp/09KTVa/plil8zT87daGEew53xw8TfZczi' +
      '+i/mO/qztJh2xCxrGgrofhKJxdMn0pk33S/dI9tzBg==;ts=1733356800',
  },
  {
    title: 'P8 §12.2',
    seed: 7,
    noiseKey: filled(3),
    device: 'default',
    digest: 'df442de150617b3e3f8ac5b4117807dac0ec08ee0345637b10f8178563985f40',
    signature:
      '98262f328851fa8cae546e923ce19bd839c77f217f848d7376016c3d584ccebb' +
      '9b0d823d4e24c48687d09cf5b193b5193f2fd554186e300feca424b3fb891703',
    record:
      'v=1;k=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=;sig=mCYvMohR+oyuVG6SPOGb2DnHfyF/hI1zdgFsPVhMzrub' +
      'DYI9TiTEhofQnPWxk7UZPy/VVBhuMA/spCSz+4kXAw==;ts=1733356800',
  },
] as const;
const STAMPED = 1_733_356_800n;

describe.each(VECTORS)('the vector of $title', ({ seed, noiseKey, device, digest, signature, record }) => {
  const signer = numbered(seed);
  const bound = { identity: signer.publicKey, noiseKey, device };

  it('has its digest', () => {
    expect(hex.encode(keyBindingDigest(bound))).toBe(digest);
  });

  it('has its signature', async () => {
    expect(hex.encode(await signKeyBinding(signer, { noiseKey, device }))).toBe(signature);
    expect(verifyKeyBinding(bytes(signature), bound)).toBe(true);
  });

  it('has its record, byte for byte, of 157 bytes', () => {
    const value = { noiseKey, signature: bytes(signature), timestampSeconds: STAMPED, revoked: false };
    expect(formatKeyRecord(value)).toBe(record);
    expect(record).toHaveLength(157);
    expect(parseKeyRecord(record)).toEqual(value);
    expect(parseKeyRecord(encodeUtf8(record))).toEqual(value);
  });

  it('is verified, and is unsigned as to its time', () => {
    const claim = { identity: signer.publicKey, device, record };
    const found = verifyKeyRecord(claim, { clock: clockAt(STAMPED) });
    expect(found).toMatchObject({ kind: 'key', noiseKey, timestampSeconds: STAMPED, freshness: 'unsigned' });
  });
});

/** The bytes under `fsig`, put together by hand: this file's own reading of docs/wire-formats.md. */
function handmadeFreshness(identity: Uint8Array, noiseKey: Uint8Array, device: string, tail: string): string {
  const length = device.length.toString(16).padStart(2, '0');
  const signed = [
    Buffer.from('pubky-paykit-key-freshness-v1:').toString('hex'),
    '01',
    hex.encode(identity),
    hex.encode(noiseKey),
    length,
    Buffer.from(device).toString('hex'),
    tail,
  ].join('');
  return createHash('sha256').update(Buffer.from(signed, 'hex')).digest('hex');
}

/** Made once with Node's own SHA-256 and Ed25519. */
const FRESHNESS_VECTORS = [
  {
    ...VECTORS[0],
    title: 'a key in use',
    revoked: false,
    tail: '000000006750ed0000',
    length: 251,
    freshnessDigest: '87d455685511e06b39fca910488f3d33bb5c3f34e90cb5484f555a6b5f55e6b0',
    freshnessSignature:
      '287116f505740a78556b673e643cb06d273f2fe18328ec6fece326e9d975ddb5' +
      'b66e3f10423a5f87024a3bf97fd70130d805deb9692a73b510b83f95346a690e',
  },
  {
    ...VECTORS[1],
    title: 'a revoked key',
    revoked: true,
    tail: '000000006750ed0001',
    length: 171,
    freshnessDigest: '00e62ddcf5e60c8c6dfa39cb1037670c66f0a5b6d0997285ca9264d1a4cdd91f',
    freshnessSignature:
      '5f8805fae1758f9f9ba840d8928fffbc40e6a2694b3bc0ade405b56e56ec5df1' +
      '94fc094dc6a9a120f5292dbb61a83e2599fcb14a501b9ac7b1b483274eed1b07',
  },
] as const;

describe.each(FRESHNESS_VECTORS)('the vector of signed freshness for $title', (vector) => {
  const { seed, noiseKey, device, revoked } = vector;
  const signer = numbered(seed);
  const claim = { identity: signer.publicKey, noiseKey, device, timestampSeconds: STAMPED, revoked };

  it('has its digest', () => {
    expect(hex.encode(freshnessDigest(claim))).toBe(vector.freshnessDigest);
    expect(handmadeFreshness(claim.identity, noiseKey, device, vector.tail)).toBe(vector.freshnessDigest);
  });

  it('has its signature', async () => {
    expect(hex.encode(await signFreshness(signer, claim))).toBe(vector.freshnessSignature);
    expect(verifyFreshness(bytes(vector.freshnessSignature), claim)).toBe(true);
  });

  it('follows the four fields of 0.8, which stay as they are, but for the binding of a revoked key', async () => {
    const text = formatKeyRecord(await signKeyRecord(signer, claim));
    const fsig = Buffer.from(vector.freshnessSignature, 'hex').toString('base64');
    const fields = revoked ? `${vector.record.replace(/;sig=[^;]*/, '')};revoked=true` : vector.record;
    expect(text).toBe(`${fields};fsig=${fsig}`);
    expect(text).toHaveLength(vector.length);
    // With the binding beside it, it is read all the same.
    const bound = `${vector.record}${revoked ? ';revoked=true' : ''};fsig=${fsig}`;
    const asked = { identity: signer.publicKey, device, record: bound };
    const { kind } = verifyKeyRecord(asked, { clock: clockAt(STAMPED) });
    expect(kind).toBe(revoked ? 'revocation' : 'key');
  });
});
