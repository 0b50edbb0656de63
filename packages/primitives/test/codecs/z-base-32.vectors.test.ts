import { describe, expect, it } from 'vitest';
import { hex, zBase32 } from '../../src/index.ts';

/** P8 §12.1: Ed25519 public keys of the seeds [1], [2], [7], [42] and their text. */
const IDENTITIES = [
  [
    '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    'tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy',
  ],
  [
    '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
    'orhzqdiexwmi6iidktucgud63ufa5nwtsuzdxe176a8izd6jsqky',
  ],
  [
    'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    '7jfgaa9nutjyixzikb7tgmsf9gkwq7iqz498zr1nd5ig1fng4esy',
  ],
  [
    '197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61',
    'df9sse9bp1nuftim3yhxiuk6w6r5hddsskjygpydux7esxjstioo',
  ],
] as const;

describe('zBase32', () => {
  it('writes and reads the four identities of P8 §12.1', () => {
    let passed = 0;
    for (const [key, text] of IDENTITIES) {
      expect(zBase32.encode(hex.decode(key, 32))).toBe(text);
      expect(hex.encode(zBase32.decode(text, 32))).toBe(key);
      passed++;
    }
    expect(passed).toBe(4);
  });
});
