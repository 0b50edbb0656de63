import { LIBP2P_NOISE } from './libp2p-noise.mjs';
import { NOISE_HANDSHAKE } from './noise-handshake.mjs';
import { OURS } from './ours.mjs';

/** Everyone, ours first. A `sodium-native` adapter of ours goes here when it exists. */
export const CANDIDATES = [...OURS, NOISE_HANDSHAKE, ...LIBP2P_NOISE];
