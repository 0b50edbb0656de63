import { createHash } from 'node:crypto';
import { party } from './independent-identity.mjs';
import type { NoiseName } from './independent-noise.mjs';

/** N8 A.1: its secret keys, devices and ephemerals, so that A.3, A.4 and A.7 give every byte. */
export const PAYER = party(1, 'client-dev');
export const PAYEE = party(2, 'server-dev');
export const ATTACKER = party(5, 'evil');
export const EPHEMERAL = {
  initiator: new Uint8Array(32).fill(0x11),
  responder: new Uint8Array(32).fill(0x22),
};

export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** An argument of 32 equal octets. */
export const keyOf = (octet: number): string => octet.toString(16).padStart(2, '0').repeat(32);

export const PATTERNS = ['ik', 'ik-raw', 'n', 'nn', 'xx'] as const;
export type PatternName = (typeof PATTERNS)[number];

interface WirePattern {
  /** N8 §1.3. */
  readonly byte: number;
  readonly noise: NoiseName;
  /** Which static keys there are. */
  readonly statics: { readonly initiator: boolean; readonly responder: boolean };
  /** What an initiator process has to be told about the payee. */
  readonly dial: readonly string[];
  /** What a process prints that it knows about the other side. */
  readonly proves: Record<'initiator' | 'responder', readonly ('remote_static' | 'remote_identity')[]>;
}

const STATIC = ['--peer-static', toHex(PAYEE.publicKey)];

/** The five patterns as N8 §1.2, §1.3, §1.8 and §5 have them. */
export const WIRE: Readonly<Record<PatternName, WirePattern>> = {
  ik: {
    byte: 0,
    noise: 'IK',
    statics: { initiator: true, responder: true },
    dial: STATIC,
    proves: { initiator: ['remote_static'], responder: ['remote_static', 'remote_identity'] },
  },
  'ik-raw': {
    byte: 1,
    noise: 'IK',
    statics: { initiator: true, responder: true },
    dial: STATIC,
    proves: { initiator: ['remote_static'], responder: ['remote_static'] },
  },
  n: {
    byte: 2,
    noise: 'N',
    statics: { initiator: false, responder: true },
    dial: STATIC,
    proves: { initiator: ['remote_static'], responder: [] },
  },
  nn: {
    byte: 3,
    noise: 'NN',
    statics: { initiator: false, responder: false },
    dial: ['--peer-identity', toHex(PAYEE.identity)],
    proves: { initiator: ['remote_identity'], responder: ['remote_identity'] },
  },
  xx: {
    byte: 4,
    noise: 'XX',
    statics: { initiator: true, responder: true },
    dial: [],
    proves: { initiator: ['remote_static'], responder: ['remote_static'] },
  },
};

/** The handshake event that a process in this role prints about the other side. */
export function handshakeEvent(pattern: PatternName, role: 'initiator' | 'responder') {
  const other = role === 'initiator' ? PAYEE : PAYER;
  const known = { remote_static: toHex(other.publicKey), remote_identity: toHex(other.identity) };
  const proven = WIRE[pattern].proves[role];
  return {
    event: 'handshake',
    pattern,
    session_id: VECTORS[pattern].id,
    remote_static: proven.includes('remote_static') ? known.remote_static : null,
    remote_identity: proven.includes('remote_identity') ? known.remote_identity : null,
  };
}

interface HandshakeVector {
  readonly id: string;
  /** Each message in hex, or its SHA-256 where it is long. */
  readonly messages: readonly string[];
  /** Initiator to responder, responder to initiator (not in N), and an empty second one. */
  readonly hello: string;
  readonly world?: string;
  readonly empty: string;
}

const E1 = '7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13';
const E2 = '0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20';
const IK_SAMPLES = {
  hello: '1ba3d6bcff1a74c2a433e88ac53e285853c7cba3de',
  world: 'd81095854dad9eef3f21f981a9ac79f208a8cbd8ea',
  empty: '262875182fc97190ce5334dafb7ccd53',
};

/** N8 A.4. */
export const VECTORS: Readonly<Record<PatternName, HandshakeVector>> = {
  ik: {
    id: 'cf46ee0eee0cac2a7a6b67059cd29c4f0f52a4bf71d57421181df7fb306c9d68',
    messages: [
      '58afe070a5e5782b0fb83a41b59f9a149ba05705178841a703f60cd8609c7310',
      `${E2}ef4174bd9d16c3e3bfe74bde92720506`,
    ],
    ...IK_SAMPLES,
  },
  'ik-raw': {
    id: '1e351a77904b0fc09d76f39dd57f4122619e52ecd5b776327d216cd8cdc304b0',
    messages: [
      `${E1}17da42c23e8be0a606c0625473a91cdeba5b55870dcee24b73b12a4fb8b715fcd9da1d84140b1d86bd82fd5e61bcb8cb643e87daaf97661e6eeecc5daa181f15`,
      `${E2}52cb56b68edf1109fec3d803190e90ab`,
    ],
    ...IK_SAMPLES,
  },
  n: {
    id: '6943dd318f50eef32941080015f71b0228b77ce00138c627ec67f0b5f43b0579',
    messages: [`${E1}921493916d228e9f6a42c43157df8ced`],
    hello: '22da4d7f575bfc52d86ac445382a826ca313f6b428',
    empty: '72ba62ac3609b6fbe15fbcf05cd83593',
  },
  nn: {
    id: '8df45f98f3a8b7632529f7d0b620de7c6b931bb2a18b46a520b13b8290f180e6',
    messages: [E1, `${E2}a280ab77be1f42d511bf0f387ad1c4b9`],
    hello: '40d16ad05d971ec9efbd2ead8363a8e37e71d60ef1',
    world: 'e5e756aab06c0d04358829341b0c2ed5403cf08cbf',
    empty: 'b7f1550fa9cc41ade6a228366da0bee2',
  },
  xx: {
    id: '6c0897953f8d5414f10ab0213c0be7df191d359187cb9792937d2071af9b8c96',
    messages: [
      E1,
      `${E2}7494b0b3937fd90a44c67f570900b7700e3bece3e374a894d013c74262e12dc0f7ead90b01f9c3659105580b3ed4d8618e35aee742eb8b51a39743a18170fdc6`,
      '77e492f3ef6f1dcdd768c4cec2eb7b74620104bc790b443a9fea2c7bcc8d6d00145cd5e3f61fbad76a288ed60cbf0d7cde1188ea29bad10cb75da35c8d0d1ba6',
    ],
    hello: 'ddbce69f150894aaa793b2a379d5d9e337bdbf3b85',
    world: 'fa7d0168b7d91cedce03a85a3466e30988271306c1',
    empty: '298d5ccfd7efdb0d6d506c31e14e65af',
  },
};

/** N8 A.3: the SHA-256 of the identity payload. */
export const PAYLOAD_SHA256 = '97519ba37f8224324429fec988d445b925900fad0dc1053e8a07426e4b302f6c';
/** N8 A.8: the SHA-256 of the first message that poses as a victim. */
export const IMPERSONATION_SHA256 = 'c78db98e829f603b177cc95194d082f9231803fbee7d8ff3dc7b3f987ea53459';
/** N8 A.7: who signs first is the server. */
export const ATTESTED = {
  payee:
    '88bcd0e1231fc12790cdc27d98913e2bb6cfeb52357ea530c741b6b5de52c262d8754f29325dba292747ca2226687a42c7f3cd1e24e4a1ed9ed736565bb2b301',
  payer:
    '2d202115f3f82519fae359a5fdea9ac2910f93dab1cb889c8d0538472f3640462829d7005f5d673d9d0107463b815788264f7b09e107ebf0032ba5d193218a04',
};
