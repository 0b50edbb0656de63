import { I1K, I1K1, I1N, I1X, I1X1, IK1, IX1, K1K, K1K1, K1N, K1X, K1X1, KK1, KX1, NK1, NX1, X1K, X1K1, X1N, X1X, X1X1, XK1, XX1 } from './deferred.ts';
import { IK, IN, IX, KK, KN, KX, NK, NN, NX, XK, XN, XX } from './interactive.ts';
import { K, N, X } from './one-way.ts';
import type { HandshakePattern } from './pattern.ts';

/** Every base pattern of the specification by name. Importing it carries all of them: import single ones in apps. */
export const BASE_PATTERNS: Readonly<Record<string, HandshakePattern>> = {
  N, K, X,
  NN, KN, NK, KK, NX, KX, XN, IN, XK, IK, XX, IX,
  NK1, NX1, X1N, X1K, XK1, X1K1, X1X, XX1, X1X1, K1N, K1K, KK1, K1K1, K1X, KX1, K1X1, I1N, I1K, IK1, I1K1, I1X, IX1, I1X1,
};
