import { attestationText } from './independent-identity.mjs';
import { frame, header, type RawWire } from './raw-wire.mjs';
import { ephemerals, flipped, independent, octetOf, type Role, speakNoise } from './wire-handshakes.ts';
import { ACK, receiptText, requestText } from './wire-messages.ts';
import { ATTACKER, EPHEMERAL, keyOf, PAYEE, PAYER } from './wire-parties.ts';
import { describeRefusals, type Refusal } from './wire-refusals.ts';

const OTHER: Readonly<Record<Role, Role>> = { initiator: 'responder', responder: 'initiator' };
const HONEST = { initiator: PAYER, responder: PAYEE };

const UNVERIFIED = { code: 'PATTERNS_ATTESTATION_UNVERIFIED', wireCode: 5000 };
const INVALID = { code: 'PATTERNS_ATTESTATION_INVALID', wireCode: 4000 };

interface Situation {
  /** The honest signer on this side of the wire. */
  readonly self: typeof PAYER;
  readonly own: Uint8Array;
  readonly remote: Uint8Array;
  /** What the peer has attested, where it went first. */
  readonly heard: string;
  readonly encrypt: (text: string) => Uint8Array;
}

/** A handshake of NN in which this side says something else where it should attest. */
function attests(
  role: Role,
  fault: Omit<Refusal, 'pattern' | 'talk'>,
  say: (situation: Situation) => readonly Uint8Array[],
  end = false,
): Refusal {
  const speaker = OTHER[role];
  async function talk(wire: RawWire) {
    if (speaker === 'initiator') wire.write(octetOf('nn'));
    else await wire.take(1);
    const spoken = await speakNoise(wire, 'nn', speaker);
    const { send, receive } = spoken.handshake.split();
    const [own, remote] = ephemerals(spoken);
    const heard = speaker === 'initiator' ? receive.decrypt(await wire.frame()) : '';
    wire.write(...say({ self: HONEST[speaker], own, remote, heard, encrypt: send.encrypt }));
    if (end) wire.end();
  }
  return { pattern: 'nn', ...fault, talk };
}

const said = (text: (situation: Situation) => string) => (situation: Situation) => [
  frame(situation.encrypt(text(situation))),
];

/** What neither side lets pass. */
const fromEither = (role: Role): Refusal[] => [
  attests(
    role,
    { title: 'an attestation with a wrong signature', ...UNVERIFIED },
    said(({ self, own, remote }) => {
      const text = attestationText(self, own, remote);
      return text.replace(/.(?="}}$)/, (digit) => (digit === '0' ? '1' : '0'));
    }),
  ),
  attests(
    role,
    { title: 'an attestation of another session', ...UNVERIFIED },
    said(({ self, own }) => attestationText(self, own, ATTACKER.publicKey)),
  ),
  attests(
    role,
    {
      title: 'an attestation over the ephemeral keys in the wrong order (P8 §3.9)',
      code: 'PATTERNS_ATTESTATION_SWAPPED',
      wireCode: 5000,
    },
    said(({ self, own, remote }) => attestationText(self, remote, own)),
  ),
  attests(
    role,
    { title: 'another message before the attestation (P8 §3.9)', ...INVALID },
    said(() => ACK),
  ),
  attests(
    role,
    { title: 'an attestation that is no JSON', ...INVALID },
    said(() => '{'),
  ),
  attests(
    role,
    { title: 'an attestation with a wrong tag [F3]', code: 'NOISE_DECRYPT_FAILED', wireCode: 3000 },
    ({ self, own, remote, encrypt }) => [frame(flipped(encrypt(attestationText(self, own, remote))))],
  ),
  attests(
    role,
    {
      title: 'an attestation of 4 097 bytes, on its header',
      code: 'TRANSPORT_FRAME_TOO_LONG',
      wireCode: 3000,
    },
    () => [header(4097)],
  ),
  attests(
    role,
    { title: 'an attestation that ends in its body', code: 'TRANSPORT_TRUNCATED', wireCode: 8000 },
    ({ self, own, remote, encrypt }) => [frame(encrypt(attestationText(self, own, remote))).subarray(0, -1)],
    true,
  ),
  attests(
    role,
    { title: 'a peer that leaves instead of attesting', code: 'TRANSPORT_HANDSHAKE_CUT', wireCode: 8000 },
    () => [],
    true,
  ),
];

const REQUEST = ['--send', requestText(receiptText('receipt-1'))];

describeRefusals(
  'initiator',
  [
    ...fromEither('initiator'),
    attests(
      'initiator',
      {
        title: 'another identity than the expected one, whatever it signed (N8 §5)',
        code: 'PATTERNS_ATTESTATION_WRONG_IDENTITY',
        wireCode: 5000,
      },
      said(({ own, remote }) => attestationText(ATTACKER, own, remote)),
    ),
    {
      pattern: 'nn',
      title: 'its own ephemeral key, sent back',
      code: 'PATTERNS_ATTESTATION_REFLECTED',
      wireCode: 5000,
      args: ['--ephemeral', keyOf(0x11)],
      async talk(wire) {
        await wire.take(1);
        const handshake = independent('nn', 'responder', { ephemeral: EPHEMERAL.initiator });
        const spoken = await speakNoise(wire, 'nn', 'responder', { handshake });
        const text = attestationText(PAYEE, ...ephemerals(spoken));
        wire.write(frame(handshake.split().send.encrypt(text)));
      },
    },
  ],
  { args: REQUEST },
);

describeRefusals('responder', [
  ...fromEither('responder'),
  attests(
    'responder',
    {
      title: 'an identity that is not allowed',
      code: 'PATTERNS_IDENTITY_REFUSED',
      wireCode: 6000,
      args: ['--peer-identity', keyOf(9)],
    },
    said(({ self, own, remote }) => attestationText(self, own, remote)),
  ),
  attests(
    'responder',
    {
      title: 'its own attestation, sent back (N8 §5)',
      code: 'PATTERNS_ATTESTATION_REFLECTED',
      wireCode: 5000,
    },
    said(({ heard }) => heard),
  ),
  attests(
    'responder',
    { title: 'a request in place of an attestation', ...INVALID },
    said(() => requestText(receiptText('receipt-1'))),
  ),
]);
