import type { Suite } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { fixedEphemeralsForTestingOnly } from '@pubky-paykit/noise-core/testing';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { hex } from '@pubky-paykit/primitives';
import { KEY_BYTES } from './constants.ts';

export type { ConformanceCheck } from './testing/conformance-check.ts';
export { pinStoreConformance } from './testing/pin-store-conformance.ts';
export { replayCacheConformance } from './testing/replay-cache-conformance.ts';

/** N8 appendix A: the keys all its vectors share. Published, therefore worthless outside tests. */

/** 32 bytes, the Ed25519 seed of the client. */
export const CLIENT_SEED: Uint8Array = new Uint8Array(KEY_BYTES).fill(0x01);
/** 32 bytes, the Ed25519 seed of the server. */
export const SERVER_SEED: Uint8Array = new Uint8Array(KEY_BYTES).fill(0x02);
/** The derivation context of the client's Noise key. */
export const CLIENT_CONTEXT = 'client-dev';
/** The derivation context of the server's Noise key. */
export const SERVER_CONTEXT = 'server-dev';
/** 32 bytes, the secret behind the initiator's ephemeral key. */
export const INITIATOR_EPHEMERAL_SECRET: Uint8Array = new Uint8Array(KEY_BYTES).fill(0x11);
/** 32 bytes, the secret behind the responder's ephemeral key. */
export const RESPONDER_EPHEMERAL_SECRET: Uint8Array = new Uint8Array(KEY_BYTES).fill(0x22);

/** 32 bytes, the client's identity. */
export const CLIENT_IDENTITY: Uint8Array = hex.decode(
  '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
);
/** 32 bytes, the server's identity. */
export const SERVER_IDENTITY: Uint8Array = hex.decode(
  '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
);
/** 32 bytes, the client's X25519 static public key. */
export const CLIENT_NOISE_KEY: Uint8Array = hex.decode(
  '04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426',
);
/** 32 bytes, the server's X25519 static public key. */
export const SERVER_NOISE_KEY: Uint8Array = hex.decode(
  '2b092dbb9be545dbdd4225cd2ae06fe3bd1b3661e8c8b4d493b2974acc893f76',
);

/** N8 A.3: the identity payload the client sends the server, 507 bytes of ASCII. */
export const IDENTITY_PAYLOAD_JSON =
  '{"ed25519_pub":[138,136,227,221,116,9,241,149,253,82,219,45,60,186,93,114,202,103,9,191,29,148,18,27,243,116,136,1,180,15,111,92],"noise_x25519_pub":[4,244,85,14,130,108,27,184,82,117,102,117,102,154,0,19,233,231,247,136,67,140,74,34,255,61,66,199,210,206,244,38],"role":"Client","sig":[109,122,51,31,251,29,145,214,131,123,77,36,126,30,136,75,208,55,32,128,156,5,125,117,124,134,163,58,166,74,8,120,0,94,205,128,78,95,13,250,194,121,25,131,75,190,216,205,75,76,25,234,140,147,198,30,7,147,97,18,0,32,16,8]}';

/**
 * The suite of all profiles with one ephemeral key known beforehand; it throws when a second one is asked for. Whoever
 * knows an ephemeral secret can read the session: never use it outside of tests.
 *
 * @param ephemeralSecret 32 bytes; copied.
 */
export function suiteWithFixedEphemeralForTestingOnly(ephemeralSecret: Uint8Array): Suite {
  return { dh: fixedEphemeralsForTestingOnly(x25519, ephemeralSecret), cipher: chachaPoly, hash: blake2s };
}
