import { attestationText, claim } from './independent-identity.mjs';
import { concat, IndependentHandshake, utf8 } from './independent-noise.mjs';
import { frame, type RawWire } from './raw-wire.mjs';
import { EPHEMERAL, PAYEE, PAYER, type PatternName, VECTORS, WIRE } from './wire-parties.ts';

export type Role = 'initiator' | 'responder';
type Parts = ConstructorParameters<typeof IndependentHandshake>[0];

/** The identity payload of N8 A.3. */
export const honestClaim = (): Uint8Array => utf8(JSON.stringify(claim(PAYER, PAYEE.publicKey)));

/** One side of the vectors' handshakes, with whatever a test makes different. */
export function independent(pattern: PatternName, role: Role, parts: Partial<Parts> = {}) {
  const { noise, statics } = WIRE[pattern];
  const knowsResponder = role === 'initiator' && (noise === 'IK' || noise === 'N');
  return new IndependentHandshake({
    pattern: noise,
    role,
    own: statics[role] ? { initiator: PAYER, responder: PAYEE }[role] : undefined,
    remote: knowsResponder ? PAYEE.publicKey : undefined,
    ephemeral: EPHEMERAL[role],
    ...parts,
  });
}

/** What goes before an initiator's first frame. */
export const octetOf = (pattern: PatternName): Uint8Array => Uint8Array.of(WIRE[pattern].byte);

/** What an honest side says in message `index`: something in the first one of IK only (N8 §1.2). */
export const honestPayload = (pattern: PatternName, index: number): Uint8Array =>
  pattern === 'ik' && index === 0 ? honestClaim() : new Uint8Array(0);

export const saysMessage = (role: Role, index: number): boolean =>
  (index % 2 === 0) === (role === 'initiator');

/** A running handshake over the wire, as far as it has come. */
export interface Spoken {
  readonly handshake: IndependentHandshake;
  /** Its messages, both sides'. */
  readonly messages: Uint8Array[];
}

export interface Saying {
  readonly handshake?: IndependentHandshake;
  /** How many messages to exchange; all if not given. */
  readonly count?: number;
  readonly payload?: (index: number) => Uint8Array;
}

/**
 * Speaks one side of the Noise handshake over the wire, without the negotiation byte. The attestations of NN come after.
 */
export async function speakNoise(
  wire: RawWire,
  pattern: PatternName,
  role: Role,
  saying: Saying = {},
): Promise<Spoken> {
  const { messages: all } = VECTORS[pattern];
  const { handshake = independent(pattern, role), count = all.length } = saying;
  const { payload = (index: number) => honestPayload(pattern, index) } = saying;
  const messages: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    if (saysMessage(role, index)) {
      const message = handshake.write(payload(index));
      messages.push(message);
      wire.write(frame(message));
    } else {
      const message = await wire.frame();
      handshake.read(message);
      messages.push(message);
    }
  }
  return { handshake, messages };
}

/** The ephemeral keys, ours first. */
export function ephemerals({ handshake }: Spoken): readonly [Uint8Array, Uint8Array] {
  if (handshake.remote.e === undefined) throw new Error('there was no ephemeral key');
  return [handshake.ephemeral, handshake.remote.e];
}

/** A session as far as 0.8 has one: in NN both sides have attested, the responder first (P8 §3.9). */
export async function openSession(wire: RawWire, pattern: PatternName, role: Role, saying: Saying = {}) {
  if (role === 'initiator') wire.write(octetOf(pattern));
  const spoken = await speakNoise(wire, pattern, role, saying);
  const { send, receive } = spoken.handshake.split();
  if (pattern === 'nn') {
    const [own, remote] = ephemerals(spoken);
    const [self, other] = role === 'initiator' ? [PAYER, PAYEE] : [PAYEE, PAYER];
    const attest = () => wire.write(frame(send.encrypt(attestationText(self, own, remote))));
    if (role === 'responder') attest();
    const attested = receive.decrypt(await wire.frame());
    // Ed25519 is deterministic and the form is fixed: an honest side has one thing to say.
    if (attested !== attestationText(other, remote, own)) throw new Error(`it attests ${attested}`);
    if (role === 'initiator') attest();
  }
  return { ...spoken, id: spoken.handshake.id, send, receive };
}

/** Some bytes with one bit changed, counted from the end. */
export function flipped(bytes: Uint8Array, at = -1): Uint8Array {
  return bytes.map((octet, index) => (index === bytes.length + at ? octet ^ 1 : octet));
}

/** Some bytes with the last one missing. */
export const shortened = (bytes: Uint8Array): Uint8Array => bytes.slice(0, -1);

export const padded = (payload: Uint8Array, spaces: number): Uint8Array =>
  concat(payload, utf8(' '.repeat(spaces)));
