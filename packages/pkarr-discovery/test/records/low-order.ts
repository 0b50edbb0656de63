import { bytes } from '../bytes.ts';

const POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map(bytes);

/** N8 §3.1: every encoding of a low-order point, without and with bit 255. */
export const LOW_ORDER_POINTS: readonly Uint8Array[] = [
  ...POINTS,
  ...POINTS.map((point) => Uint8Array.from(point, (byte, i) => (i === 31 ? byte | 0x80 : byte))),
];
