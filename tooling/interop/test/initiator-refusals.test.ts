import { frame, header, type RawWire } from './raw-wire.mjs';
import { flipped, honestPayload, independent, shortened, speakNoise } from './wire-handshakes.ts';
import { receiptText, requestText } from './wire-messages.ts';
import { ATTACKER, keyOf, type PatternName } from './wire-parties.ts';
import { describeRefusals, LOW_ORDER, type Refusal } from './wire-refusals.ts';

type Parts = Parameters<typeof independent>[2];
type Fault = Omit<Refusal, 'pattern' | 'talk'>;

/** The patterns that are answered. */
const ANSWERED = ['ik', 'ik-raw', 'nn', 'xx'] as const;
const DIALLED = ['ik', 'ik-raw', 'n'] as const;

const WEAK = { code: 'NOISE_WEAK_KEY', wireCode: 7000 };
const UNDECRYPTED = { code: 'NOISE_DECRYPT_FAILED', wireCode: 3000 };

/** The honest answer, changed by `change`, or that of other parts. */
function answer(
  pattern: PatternName,
  fault: Fault,
  parts: Parts = {},
  change = (message: Uint8Array) => message,
): Refusal {
  async function talk(wire: RawWire) {
    await wire.take(1);
    const handshake = independent(pattern, 'responder', parts);
    await speakNoise(wire, pattern, 'responder', { handshake, count: 1 });
    wire.write(frame(change(handshake.write(honestPayload(pattern, 1)))));
  }
  return { pattern, ...fault, talk };
}

/** Bytes in place of an answer, to whatever came. */
function bytes(pattern: PatternName, fault: Fault, answered: () => Uint8Array, end = false): Refusal {
  async function talk(wire: RawWire) {
    await wire.take(1);
    await wire.frame();
    wire.write(answered());
    if (end) wire.end();
  }
  return { pattern, ...fault, talk };
}

const TRUNCATED = { code: 'TRANSPORT_TRUNCATED', wireCode: 8000 };

const ANSWERS: readonly Refusal[] = [
  ...ANSWERED.flatMap((pattern) => [
    answer(
      pattern,
      { title: 'an ephemeral key of low order (N8 W-02, W-03) [S4.1]', ...WEAK },
      { weakEphemeral: LOW_ORDER.eight },
    ),
    answer(pattern, { title: 'an answer with a wrong tag [F3]', ...UNDECRYPTED }, {}, flipped),
    answer(
      pattern,
      { title: 'an answer without its last byte', code: 'NOISE_MESSAGE_TOO_SHORT', wireCode: 3000 },
      {},
      shortened,
    ),
    bytes(
      pattern,
      { title: 'an answer of 4 097 bytes, on its header', code: 'TRANSPORT_FRAME_TOO_LONG', wireCode: 3000 },
      () => header(4097),
    ),
    bytes(
      pattern,
      { title: 'an answer of no bytes', code: 'TRANSPORT_FRAME_TOO_SHORT', wireCode: 3000 },
      () => header(0),
    ),
    bytes(
      pattern,
      {
        title: 'a peer that hangs up instead of answering [F3]',
        code: 'TRANSPORT_HANDSHAKE_CUT',
        wireCode: 8000,
      },
      () => new Uint8Array(0),
      true,
    ),
    bytes(
      pattern,
      { title: 'an answer that ends in its header', ...TRUNCATED },
      () => header(48).subarray(1),
      true,
    ),
    bytes(
      pattern,
      { title: 'an answer that ends in its body', ...TRUNCATED },
      () => frame(new Uint8Array(48)).subarray(0, -1),
      true,
    ),
  ]),
  answer(
    'xx',
    { title: 'a static key of low order (N8 W-02) [S4.1]', ...WEAK },
    { weakStatic: LOW_ORDER.eight },
  ),
  answer('xx', {
    title: 'another key than the expected one',
    code: 'PATTERNS_STATIC_UNEXPECTED',
    wireCode: 5000,
    args: ['--peer-static', keyOf(9)],
  }),
  // It cannot read the first message, so it can only make something up.
  ...(['ik', 'ik-raw'] as const).map((pattern) =>
    bytes(pattern, { title: 'whoever has not the key that was dialled', ...UNDECRYPTED }, () =>
      frame(independent('nn', 'initiator', { ephemeral: ATTACKER.secretKey }).write(new Uint8Array(16))),
    ),
  ),
];

/** Found before a byte is sent. The last option of a name counts. */
const DIALS: readonly Refusal[] = DIALLED.map((pattern) => ({
  pattern,
  title: 'to dial a key of low order, before it sends anything [S4.1]',
  code: 'PATTERNS_WEAK_KEY',
  wireCode: 7000,
  args: ['--peer-static', '00'.repeat(32)],
  talk: () => {},
}));

const REQUEST = ['--send', requestText(receiptText('receipt-1'))];

describeRefusals('initiator', [...ANSWERS, ...DIALS], { args: REQUEST });
