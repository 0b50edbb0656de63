import {
  type AnyHandshake,
  createHandshake,
  createTransport,
  NN as NOISE_NN,
  type Role,
  type Transport,
} from '@pubky-paykit/noise-core';
import {
  type Attestation,
  attestationDigest,
  encodeAttestation,
  type IdentitySigner,
  type ProfileHandshake,
  type Session,
} from '@pubky-paykit/patterns';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { SUITE } from './pattern-peers.ts';

/** What a forger knows when it is its turn to attest. */
export interface ForgersView {
  /** 32 bytes each: the ephemeral keys, its own and the victim's. */
  readonly own: Uint8Array;
  readonly other: Uint8Array;
  /** What the victim attested with, if it was first. */
  readonly received: Uint8Array | undefined;
}

/** Makes the payload that goes where the attestation belongs. */
export type Forge = (view: ForgersView) => Uint8Array | Promise<Uint8Array>;

const TURNS = {
  initiator: ['write', 'read', 'read', 'write'],
  responder: ['read', 'write', 'write', 'read'],
} as const;

/** An attestation as the protocol wants it, by whoever signs. */
export async function attest(
  signer: IdentitySigner,
  digestOf: { readonly signer: Uint8Array; readonly other: Uint8Array },
  named: Uint8Array = signer.publicKey,
): Promise<Uint8Array> {
  const signature = await signer.sign(attestationDigest(digestOf));
  const claim: Attestation = { identity: named, signature };
  return encodeAttestation(claim);
}

/** A peer that speaks NN with correct keys, attests with whatever it likes, and believes everything. */
export function forgingNn(role: Role, forge: Forge): ProfileHandshake<Session> {
  let noise: AnyHandshake = createHandshake<typeof NOISE_NN, Role>({
    pattern: NOISE_NN,
    suite: SUITE,
    role,
    prologue: encodeUtf8('pubky-noise-v1'),
  });
  let step = 0;
  let view: ForgersView | undefined;
  let transport: Transport | undefined;

  const advance = (next: AnyHandshake): void => {
    noise = next;
    if (next.turn !== 'done') return;
    const [own, other] = [next.localEphemeral, next.remoteEphemeral];
    if (own === undefined || other === undefined) throw new Error('the ephemeral keys are missing');
    view = { own: own.slice(), other: other.slice(), received: undefined };
    transport = createTransport(next.split());
  };

  return {
    get turn() {
      return TURNS[role][step] ?? 'done';
    },
    async write() {
      step += 1;
      if (transport !== undefined && view !== undefined) return transport.encrypt(await forge(view));
      if (noise.turn !== 'write') throw new Error(`the turn is ${noise.turn}`);
      const { message, next } = noise.write();
      advance(next);
      return message;
    },
    async read(message) {
      step += 1;
      if (transport !== undefined && view !== undefined) {
        view = { ...view, received: transport.decrypt(message) };
        return;
      }
      if (noise.turn !== 'read') throw new Error(`the turn is ${noise.turn}`);
      advance(noise.read(message).next);
    },
    finish() {
      if (transport === undefined) throw new Error('the handshake is not done');
      return sessionOver(transport, role);
    },
    destroy() {
      transport?.destroy();
    },
  };
}

function sessionOver(transport: Transport, role: Role): Session {
  return {
    id: new Uint8Array(32),
    pattern: 'NN',
    role,
    oneWay: false,
    remoteStatic: undefined,
    remoteIdentity: undefined,
    formerKeyUsed: false,
    confirmed: true,
    get sent() {
      return transport.sendNonce;
    },
    get received() {
      return transport.receiveNonce;
    },
    get destroyed() {
      return transport.destroyed;
    },
    encrypt: (plaintext) => transport.encrypt(plaintext),
    decrypt: (ciphertext) => transport.decrypt(ciphertext),
    destroy: () => transport.destroy(),
  };
}
