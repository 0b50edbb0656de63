export { aesGcm } from './aes-gcm.ts';
export { blake2b } from './blake2b.ts';
export { blake2s } from './blake2s.ts';
export { chachaPoly } from './chacha-poly.ts';
export { sha256 } from './sha256.ts';
export { sha512 } from './sha512.ts';
export { x448 } from './x448.ts';
export { x25519 } from './x25519.ts';
