import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  type AttestationFacts,
  attestation,
  attestationDigest,
  verifyAttestation,
} from '../../src/identity/attestation.ts';
import {
  type Attestation,
  decodeAttestation,
  encodeAttestation,
} from '../../src/identity/attestation-message.ts';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { isVerifiedIdentity } from '../../src/identity/verified-identity.ts';
import { CLIENT_IDENTITY, CLIENT_SEED, SERVER_IDENTITY, SERVER_SEED } from '../../src/testing.ts';
import { bytes, filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { stepContext } from '../step-context.ts';

/** The ephemeral keys of the NN vector, N8 A.4. */
const EI = bytes('7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13');
const ER = bytes('0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20');

/** What the initiator of the NN vector checks the server against. */
const FACTS: AttestationFacts = {
  signer: ER,
  other: EI,
  expectedIdentity: SERVER_IDENTITY,
  ownIdentity: CLIENT_IDENTITY,
};

function attest(seed: Uint8Array, signer: Uint8Array, other: Uint8Array): Attestation {
  const identity = ed25519.getPublicKey(seed);
  return { identity, signature: ed25519.sign(attestationDigest({ signer, other }), seed) };
}

const SERVER_CLAIM = attest(SERVER_SEED, ER, EI);
const CLIENT_CLAIM = attest(CLIENT_SEED, EI, ER);

/** N8 A.7 and P8 §12.3: seed, own ephemeral, other ephemeral, digest, signature. */
const VECTORS = [
  {
    id: 'N8 A.7, server',
    seed: SERVER_SEED,
    signer: ER,
    other: EI,
    digest: '46b59b9a958a6e75f3638239517b1ef04de3fc7edced8a49c58e8606b6a65623',
    signature:
      '88bcd0e1231fc12790cdc27d98913e2bb6cfeb52357ea530c741b6b5de52c262d8754f29325dba292747ca2226687a42c7f3cd1e24e4a1ed9ed736565bb2b301',
  },
  {
    id: 'N8 A.7, client',
    seed: CLIENT_SEED,
    signer: EI,
    other: ER,
    digest: '979fee9ceee24aaf1745c5c80833f468c6ca559183b60c7817d1d712a3e608a3',
    signature:
      '2d202115f3f82519fae359a5fdea9ac2910f93dab1cb889c8d0538472f3640462829d7005f5d673d9d0107463b815788264f7b09e107ebf0032ba5d193218a04',
  },
  {
    id: 'P8 §12.3, signer 1',
    seed: filled(1),
    signer: filled(10),
    other: filled(20),
    digest: '0db863d4170e5f8d55ef75f7f0e1cefb6546b1ec11408a08abc512914e9b7052',
    signature:
      '0234e5c9d8afc3bd5bd4714e74888ae65b94209a4b24e415ed1919e3e1efd9be3308c7fa457a4b9461903dd117fd13841a7c4318ac6c65f117ed01560de4d80d',
  },
  {
    id: 'P8 §12.3, signer 2',
    seed: filled(2),
    signer: filled(20),
    other: filled(10),
    digest: 'd0b82a5999238c24a1d4c64359b2dbf76cc9a6062113f3ff66d2047d1b0c0a82',
    signature:
      'c90e414b18e75d997f99cb3e74a94d965cf4e0fb09b2366f158bc734ae9bd905db7ec35cfe3c7b3af0bffb04e7326ee1f0f2c4ecaf7e78198ee80d9d0146530c',
  },
];

describe('attestationDigest', () => {
  for (const { id, seed, signer, other, digest, signature } of VECTORS) {
    it(`makes the digest and the signature of ${id} [S3.1]`, async () => {
      const made = attestationDigest({ signer, other });
      expect(hex.encode(made)).toBe(digest);
      expect(made.buffer.byteLength).toBe(32);
      using identity = createIdentitySigner(seed);
      expect(hex.encode(await identity.sign(made))).toBe(signature);
    });
  }

  it('puts the signer first, so that the directions differ (P8 W-17)', () => {
    const digests = [
      attestationDigest({ signer: EI, other: ER }),
      attestationDigest({ signer: ER, other: EI }),
    ];
    expect(digests[0]).not.toEqual(digests[1]);
  });

  it('changes with every bit of either key', () => {
    const seen = new Set([hex.encode(attestationDigest({ signer: EI, other: ER }))]);
    for (let bit = 0; bit < 256; bit++) {
      seen.add(hex.encode(attestationDigest({ signer: flipped(EI, bit), other: ER })));
      seen.add(hex.encode(attestationDigest({ signer: EI, other: flipped(ER, bit) })));
    }
    expect(seen.size).toBe(513);
  });

  it('refuses keys of a wrong length, which could shift one into the other (N8 W-19)', () => {
    const [short, long] = [filled(1).subarray(1), new Uint8Array(33).fill(1)];
    for (const pair of [
      { signer: short, other: long },
      { signer: long, other: short },
      { signer: new Uint8Array(0), other: new Uint8Array(64) },
    ]) {
      expect(thrownBy(() => attestationDigest(pair)).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });
});

describe('verifyAttestation', () => {
  for (const { id, seed, signer, other, signature } of VECTORS) {
    it(`accepts ${id}`, () => {
      const identity = ed25519.getPublicKey(seed);
      const proven = verifyAttestation({ identity, signature: bytes(signature) }, { signer, other });
      expect(isVerifiedIdentity(proven)).toBe(true);
      expect(proven.publicKey).toEqual(identity);
      expect(proven.noiseKey).toBeUndefined();
    });
  }

  it('accepts the expected identity, and any without one', () => {
    expect(verifyAttestation(SERVER_CLAIM, FACTS).publicKey).toEqual(SERVER_IDENTITY);
    expect(verifyAttestation(SERVER_CLAIM, { signer: ER, other: EI }).publicKey).toEqual(SERVER_IDENTITY);
  });

  it('accepts a peer with the same identity, such as another device, that signs in its own direction', () => {
    const facts = { signer: ER, other: EI, expectedIdentity: SERVER_IDENTITY, ownIdentity: SERVER_IDENTITY };
    expect(verifyAttestation(SERVER_CLAIM, facts).publicKey).toEqual(SERVER_IDENTITY);
  });

  const neutral = bytes('01'.padEnd(64, '0'));
  const refused: Record<string, readonly [string, Attestation, AttestationFacts]> = {
    'another identity than the expected one, honestly signed': [
      'WRONG_IDENTITY',
      attest(filled(3), ER, EI),
      FACTS,
    ],
    'another identity, whatever it signed': [
      'WRONG_IDENTITY',
      { identity: CLIENT_IDENTITY, signature: new Uint8Array(64) },
      FACTS,
    ],
    'the expected identity, signed by another key': [
      'UNVERIFIED',
      { identity: SERVER_IDENTITY, signature: attest(filled(3), ER, EI).signature },
      FACTS,
    ],
    'an attestation of another session': ['UNVERIFIED', attest(SERVER_SEED, ER, filled(9)), FACTS],
    'the ephemeral keys of a man in the middle': ['UNVERIFIED', attest(SERVER_SEED, filled(8), EI), FACTS],
    'the signer twice': ['UNVERIFIED', attest(SERVER_SEED, ER, ER), FACTS],
    'the keys in the wrong order': ['SWAPPED', attest(SERVER_SEED, EI, ER), FACTS],
    "this side's own attestation": [
      'REFLECTED',
      SERVER_CLAIM,
      { signer: EI, other: ER, ownIdentity: SERVER_IDENTITY },
    ],
    "this side's own attestation, to a client that dials itself": [
      'REFLECTED',
      CLIENT_CLAIM,
      { ...FACTS, expectedIdentity: CLIENT_IDENTITY },
    ],
    "this side's own ephemeral key": ['REFLECTED', attest(SERVER_SEED, EI, EI), { ...FACTS, signer: EI }],
    'an empty signature': ['UNVERIFIED', { ...SERVER_CLAIM, signature: new Uint8Array(0) }, FACTS],
    'a signature cut short': [
      'UNVERIFIED',
      { ...SERVER_CLAIM, signature: SERVER_CLAIM.signature.subarray(1) },
      FACTS,
    ],
    'a small-order identity that signs everything by lenient rules (N8 W-14, P8 W-54)': [
      'UNVERIFIED',
      // R = B and s = 1: the equation holds for any message under the neutral element.
      {
        identity: neutral,
        signature: concatBytes(bytes(`58${'66'.repeat(31)}`), bytes('01'.padEnd(64, '0'))),
      },
      { signer: ER, other: EI },
    ],
    'an s of the group order or more (P8 W-54)': [
      'UNVERIFIED',
      { ...SERVER_CLAIM, signature: plusGroupOrder(SERVER_CLAIM.signature) },
      FACTS,
    ],
  };
  for (const [name, [kind, claim, facts]] of Object.entries(refused)) {
    it(`refuses ${name}: ${kind} [S3.3]`, () => {
      expect(thrownBy(() => verifyAttestation(claim, facts))).toMatchObject({
        code: `PATTERNS_ATTESTATION_${kind}`,
        wireCode: 5000,
      });
    });
  }

  it('would have met the lenient rules with that small-order identity, so that the test above tests something', () => {
    const [, { identity, signature }] = refused[
      'a small-order identity that signs everything by lenient rules (N8 W-14, P8 W-54)'
    ] as readonly [string, Attestation, AttestationFacts];
    expect(ed25519.verify(signature, attestationDigest(FACTS), identity, { zip215: true })).toBe(true);
  });

  it('names both identities by eight bytes when the wrong one attests', () => {
    expect(thrownBy(() => verifyAttestation(attest(CLIENT_SEED, ER, EI), FACTS)).context).toEqual({
      expected: hex.encode(SERVER_IDENTITY).slice(0, 16),
      presented: hex.encode(CLIENT_IDENTITY).slice(0, 16),
    });
  });

  it('refuses every flipped bit of the signature', () => {
    for (let bit = 0; bit < 512; bit += 23) {
      const signature = flipped(SERVER_CLAIM.signature, bit);
      expect(thrownBy(() => verifyAttestation({ ...SERVER_CLAIM, signature }, FACTS)).code).toBe(
        'PATTERNS_ATTESTATION_UNVERIFIED',
      );
    }
  });

  it('refuses keys of a wrong length (N8 W-19)', () => {
    const short = SERVER_IDENTITY.subarray(1);
    for (const call of [
      () => verifyAttestation({ ...SERVER_CLAIM, identity: short }, FACTS),
      () => verifyAttestation(SERVER_CLAIM, { ...FACTS, expectedIdentity: short }),
      () => verifyAttestation(SERVER_CLAIM, { ...FACTS, signer: short }),
      () => verifyAttestation(SERVER_CLAIM, { ...FACTS, other: short }),
    ]) {
      expect(thrownBy(call).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });
});

describe('attestation', () => {
  const signer = createIdentitySigner(SERVER_SEED);
  const server = stepContext({ signer, ownEphemeral: ER, remoteEphemeral: EI });
  const client = stepContext({
    signer: createIdentitySigner(CLIENT_SEED),
    expectedIdentity: SERVER_IDENTITY,
    ownEphemeral: EI,
    remoteEphemeral: ER,
  });

  it('writes the attestation of N8 A.7, and the other side reads who it is', async () => {
    const message = await attestation.write(server);
    expect(message.length).toBe(257);
    expect(decodeAttestation(message)).toEqual({
      identity: SERVER_IDENTITY,
      signature: bytes(VECTORS[0]?.signature as string),
    });
    expect((await attestation.read(message, client))?.publicKey).toEqual(SERVER_IDENTITY);
  });

  it('knows its own attestation when it comes back', async () => {
    const message = await attestation.write(server);
    expect((await rejectionOf(attestation.read(message, server))).code).toBe(
      'PATTERNS_ATTESTATION_REFLECTED',
    );
  });

  it('tells the checks of the server nothing about a client whose signature does not verify (P8 W-17)', async () => {
    const forged = encodeAttestation({ identity: CLIENT_IDENTITY, signature: SERVER_CLAIM.signature });
    expect((await rejectionOf(attestation.read(forged, server))).code).toBe(
      'PATTERNS_ATTESTATION_UNVERIFIED',
    );
    const honest = await attestation.write(client);
    expect((await attestation.read(honest, server))?.publicKey).toEqual(CLIENT_IDENTITY);
  });

  it('sends nothing that does not verify, whatever the signer answers', async () => {
    const answers: Record<string, IdentitySigner['sign']> = {
      'another key': (message) => createIdentitySigner(CLIENT_SEED).sign(message),
      'another message': () => signer.sign(filled(0)),
    };
    for (const sign of Object.values(answers)) {
      const context = { ...server, signer: { publicKey: SERVER_IDENTITY, sign } };
      expect((await rejectionOf(attestation.write(context))).code).toBe('PATTERNS_SIGNER_WRONG');
    }
  });

  it('is a fault of the profile without a signer or the ephemeral keys, and never proof', async () => {
    const message = await attestation.write(server);
    for (const work of [
      attestation.write({ ...server, signer: undefined }),
      attestation.write({ ...server, remoteEphemeral: undefined }),
      attestation.read(message, { ...client, ownEphemeral: undefined }),
    ]) {
      expect(await rejectionOf(work)).toBeInstanceOf(TypeError);
    }
  });
});

/** The same signature with s + L, which lenient verifiers take for another valid one. */
function plusGroupOrder(signature: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const s = signature.subarray(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  const bytesOfS = Uint8Array.from({ length: 32 }, (_, i) => Number((s >> BigInt(8 * i)) & 0xffn));
  return concatBytes(signature.subarray(0, 32), bytesOfS);
}
