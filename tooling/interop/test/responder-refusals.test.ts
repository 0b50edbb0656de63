import { expect } from 'vitest';
import { claim } from './independent-identity.mjs';
import { utf8 } from './independent-noise.mjs';
import { frame, type RawWire } from './raw-wire.mjs';
import {
  flipped,
  honestClaim,
  honestPayload,
  independent,
  octetOf,
  shortened,
  speakNoise,
} from './wire-handshakes.ts';
import {
  ATTACKER,
  IMPERSONATION_SHA256,
  keyOf,
  PATTERNS,
  PAYEE,
  PAYER,
  type PatternName,
  sha256,
} from './wire-parties.ts';
import { describeRefusals, LOW_ORDER, type Refusal } from './wire-refusals.ts';

type Parts = Parameters<typeof independent>[2];
type Fault = Omit<Refusal, 'pattern' | 'talk'>;

const WEAK = { code: 'NOISE_WEAK_KEY', wireCode: 7000 };
const UNDECRYPTED = { code: 'NOISE_DECRYPT_FAILED', wireCode: 3000 };
const TOO_SHORT = { code: 'NOISE_MESSAGE_TOO_SHORT', wireCode: 3000 };
const UNEXPECTED = { code: 'PATTERNS_PAYLOAD_UNEXPECTED', wireCode: 6000 };
const UNVERIFIED = { code: 'PATTERNS_IDENTITY_UNVERIFIED', wireCode: 5000 };
const STATIC_REFUSED = { code: 'PATTERNS_STATIC_REFUSED', wireCode: 6000 };
const IDENTITY_REFUSED = { code: 'PATTERNS_IDENTITY_REFUSED', wireCode: 6000 };

/** Whose first message carries nothing. */
const BARE = ['ik-raw', 'n', 'nn', 'xx'] as const;

/** The honest first message, changed by `change`, or that of other parts. */
function first(
  pattern: PatternName,
  fault: Fault,
  {
    parts,
    payload = () => honestPayload(pattern, 0),
    change = (message) => message,
  }: {
    readonly parts?: Parts;
    readonly payload?: () => Uint8Array;
    readonly change?: (message: Uint8Array) => Uint8Array;
  },
): Refusal {
  const talk = (wire: RawWire) =>
    wire.write(octetOf(pattern), frame(change(independent(pattern, 'initiator', parts).write(payload()))));
  return { pattern, ...fault, talk };
}

/** The third message of XX, likewise. */
function third(fault: Fault, parts: Parts, change = (message: Uint8Array) => message): Refusal {
  async function talk(wire: RawWire) {
    wire.write(octetOf('xx'));
    const handshake = independent('xx', 'initiator', parts);
    await speakNoise(wire, 'xx', 'initiator', { handshake, count: 2 });
    wire.write(frame(change(handshake.write())));
  }
  return { pattern: 'xx', ...fault, talk };
}

const KEYS: readonly Refusal[] = [
  ...PATTERNS.map((pattern) =>
    first(
      pattern,
      { title: 'an ephemeral key of low order (N8 W-02, W-03) [S4.1]', ...WEAK },
      { parts: { weakEphemeral: LOW_ORDER.one } },
    ),
  ),
  first(
    'ik',
    { title: 'a static key of low order (N8 W-02) [S4.1]', ...WEAK },
    {
      parts: { weakStatic: LOW_ORDER.eight },
      payload: () => utf8(JSON.stringify(claim(PAYER, PAYEE.publicKey, LOW_ORDER.eight))),
    },
  ),
  first(
    'ik-raw',
    { title: 'a static key of low order (N8 W-02) [S4.1]', ...WEAK },
    { parts: { weakStatic: LOW_ORDER.eight } },
  ),
  third({ title: 'a static key of low order (N8 W-02) [S4.1]', ...WEAK }, { weakStatic: LOW_ORDER.eight }),
  ...(['ik', 'ik-raw', 'n'] as const).map((pattern) =>
    first(
      pattern,
      { title: 'whoever dialled another key', ...UNDECRYPTED },
      { parts: { remote: ATTACKER.publicKey } },
    ),
  ),
  first(
    'ik-raw',
    { title: 'a key that is not the allowed one', args: ['--peer-static', keyOf(9)], ...STATIC_REFUSED },
    {},
  ),
  third(
    { title: 'a key that is not the allowed one', args: ['--peer-static', keyOf(9)], ...STATIC_REFUSED },
    {},
  ),
  first(
    'ik',
    { title: 'a key that is not the allowed one', args: ['--peer-static', keyOf(9)], ...IDENTITY_REFUSED },
    {},
  ),
  first(
    'ik',
    { title: 'an identity that is not allowed', args: ['--peer-identity', keyOf(9)], ...IDENTITY_REFUSED },
    {},
  ),
];

const BYTES: readonly Refusal[] = [
  ...(['ik', 'ik-raw', 'n'] as const).map((pattern) =>
    first(pattern, { title: 'a first message with a wrong tag [F3]', ...UNDECRYPTED }, { change: flipped }),
  ),
  first('ik', { title: 'a first message without its last byte', ...UNDECRYPTED }, { change: shortened }),
  ...BARE.map((pattern) =>
    first(pattern, { title: 'a first message without its last byte', ...TOO_SHORT }, { change: shortened }),
  ),
  third({ title: 'a third message with a wrong tag [F3]', ...UNDECRYPTED }, {}, flipped),
  third({ title: 'a third message without its last byte', ...TOO_SHORT }, {}, shortened),
  ...BARE.map((pattern) =>
    first(
      pattern,
      { title: 'a first message that carries something (N8 W-10, W-45, P8 W-13)', ...UNEXPECTED },
      { payload: honestClaim },
    ),
  ),
];

const CLAIMS: readonly Refusal[] = [
  first(
    'ik',
    { title: 'a wrong signature', ...UNVERIFIED },
    {
      payload() {
        const { sig, ...rest } = claim(PAYER, PAYEE.publicKey);
        return utf8(JSON.stringify({ ...rest, sig: [...flipped(Uint8Array.from(sig))] }));
      },
    },
  ),
  first(
    'ik',
    { title: "a victim's claim under the attacker's static key (N8 A.8, W-01; P8 W-04)", ...UNVERIFIED },
    {
      parts: { own: ATTACKER },
      change(message) {
        expect(sha256(message)).toBe(IMPERSONATION_SHA256);
        return message;
      },
    },
  ),
  first(
    'ik',
    { title: 'the role Server (N8 W-13)', ...UNVERIFIED },
    { payload: () => utf8(JSON.stringify({ ...claim(PAYER, PAYEE.publicKey), role: 'Server' })) },
  ),
  first(
    'ik',
    { title: 'the empty payload of IK-raw (N8 §1.9)', code: 'PATTERNS_PAYLOAD_INVALID', wireCode: 4000 },
    { payload: () => new Uint8Array(0) },
  ),
  first(
    'ik',
    { title: 'a member given twice', code: 'PATTERNS_PAYLOAD_INVALID', wireCode: 4000 },
    {
      payload() {
        const text = JSON.stringify(claim(PAYER, PAYEE.publicKey));
        return utf8(text.replace('{', '{"role":"Client",'));
      },
    },
  ),
];

describeRefusals('responder', [...KEYS, ...BYTES, ...CLAIMS]);
