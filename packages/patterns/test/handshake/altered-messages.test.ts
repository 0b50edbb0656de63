import type { Role } from '@pubky-paykit/noise-core';
import { describe, expect, it } from 'vitest';
import { sampled } from '../../../../tooling/vitest/effort.ts';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import type { IdentitySigner } from '../../src/identity/identity-signer.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import {
  CLIENT_IDENTITY,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_IDENTITY,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { clientSigner, connect, initiatorOf, responderOf, serverSigner } from '../peers.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
/** What an altered message may end in. */
const CODES = ['NOISE_DECRYPT_FAILED', 'NOISE_WEAK_KEY'];

const PEERS = {
  initiator: {
    start: initiatorOf,
    ephemeral: INITIATOR_EPHEMERAL_SECRET,
    signer: { publicKey: CLIENT_IDENTITY, sign: remembering(clientSigner) },
  },
  responder: {
    start: responderOf,
    ephemeral: RESPONDER_EPHEMERAL_SECRET,
    signer: { publicKey: SERVER_IDENTITY, sign: remembering(serverSigner) },
  },
} as const;

/** With fixed ephemerals the same bytes are signed each time. */
function remembering(signer: IdentitySigner) {
  const known = new Map<string, Promise<Uint8Array>>();
  return (message: Uint8Array) => {
    const key = message.join();
    const signature = known.get(key) ?? signer.sign(message);
    known.set(key, signature);
    return signature;
  };
}

/** A side that sends the same bytes in every run. */
function repeatable(profile: Profile, role: Role): ProfileHandshake {
  const { start, ephemeral, signer } = PEERS[role];
  const signs = (profile.options[role].required as readonly string[]).includes('signer');
  const padIdentity = profile.name === 'IK' && role === 'initiator' ? { padIdentity: false } : {};
  const suite = suiteWithFixedEphemeralForTestingOnly(ephemeral);
  return start(profile, { suite, ...(signs && { signer }), ...padIdentity });
}

/** Who sends the message at `index`. */
function senderOf({ messages, completion }: Profile, index: number): Role {
  return completion[index - messages.length]?.by ?? (index % 2 === 0 ? 'initiator' : 'responder');
}

/** The side that reads the message at `index`, after all that came before it. */
async function readerAt(profile: Profile, recorded: readonly Uint8Array[], index: number) {
  const role: Role = senderOf(profile, index) === 'initiator' ? 'responder' : 'initiator';
  const reader = repeatable(profile, role);
  for (let at = 0; at < index; at++) {
    if (senderOf(profile, at) === role) expect(await reader.write()).toEqual(recorded[at]);
    else await reader.read(recorded[at] as Uint8Array);
  }
  return reader;
}

/** Every case in CI; elsewhere a few, and still fewer where a message is long and nearly all of it is one ciphertext. */
function thinned(cases: readonly number[], message: Uint8Array): readonly number[] {
  return message.length < 128 ? sampled(cases) : sampled(sampled(cases));
}

async function expectEnded(reader: ProfileHandshake): Promise<void> {
  for (const call of [reader.write(), reader.read(new Uint8Array(48))]) {
    expect((await rejectionOf(call)).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  }
  expect(thrownBy(() => reader.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
}

/** What the first message of NN and XX is: readable and unprotected, so that a change shows one message later. */
const inClear = (profile: Profile, index: number) => index === 0 && profile.noise.preMessages[1].length === 0;

const CASES = ALL.flatMap((profile) =>
  [...profile.messages, ...profile.completion].map((_, index) => [profile.name, index + 1, profile] as const),
);

describe.each(CASES)('%s, message %d', (_, number, profile) => {
  const index = number - 1;
  const record = () => connect(repeatable(profile, 'initiator'), repeatable(profile, 'responder'));

  it('ends the handshake for every single bit that is changed (A-5)', async () => {
    const { messages } = await record();
    const message = messages[index] as Uint8Array;
    // Another bit first in each byte, so that a sample has every position, bit 255 of a key among them.
    const bits = Array.from({ length: message.length * 8 }, (_, at) => (at & ~7) | ((at + (at >> 3)) & 7));
    for (const bit of thinned(bits, message)) {
      let reader = await readerAt(profile, messages, index);
      if (inClear(profile, index)) {
        await reader.read(flipped(message, bit));
        const answer = await reader.write();
        reader.destroy();
        reader = await readerAt(profile, messages, 1);
        expect(CODES).toContain((await rejectionOf(reader.read(answer))).code);
      } else {
        expect(CODES).toContain((await rejectionOf(reader.read(flipped(message, bit)))).code);
      }
      await expectEnded(reader);
    }
  });

  it('ends the handshake for every truncation (A-5)', async () => {
    const { messages } = await record();
    const message = messages[index] as Uint8Array;
    const lengths = Array.from({ length: message.length }, (_, length) => length);
    for (const length of thinned(lengths, message)) {
      const reader = await readerAt(profile, messages, index);
      expect((await rejectionOf(reader.read(message.subarray(0, length)))).code).toBe(
        length < shortest(profile, index) ? 'NOISE_MESSAGE_TOO_SHORT' : 'NOISE_DECRYPT_FAILED',
      );
      await expectEnded(reader);
    }
  });

  it('ends the handshake for bytes after it, and for 65 536 bytes', async () => {
    const { messages } = await record();
    const message = messages[index] as Uint8Array;
    const longer = await readerAt(profile, messages, index);
    expect((await rejectionOf(longer.read(Uint8Array.from([...message, 0])))).code).toBe(
      inClear(profile, index) ? 'PATTERNS_PAYLOAD_UNEXPECTED' : 'NOISE_DECRYPT_FAILED',
    );
    await expectEnded(longer);
    const longest = await readerAt(profile, messages, index);
    expect((await rejectionOf(longest.read(new Uint8Array(65_536)))).code).toBe('NOISE_MESSAGE_TOO_LONG');
    await expectEnded(longest);
  });

  it("ends the handshake if an earlier message, its own or its peer's, comes in its place", async () => {
    const { messages } = await record();
    for (const earlier of messages.slice(0, index)) {
      const reader = await readerAt(profile, messages, index);
      expect(['NOISE_DECRYPT_FAILED', 'NOISE_MESSAGE_TOO_SHORT', 'NOISE_WEAK_KEY']).toContain(
        (await rejectionOf(reader.read(earlier))).code,
      );
      await expectEnded(reader);
    }
  });

  it('opens a session if it comes as it was sent', async () => {
    const { messages, sessions } = await record();
    const reader = await readerAt(profile, messages, index);
    await reader.read(messages[index] as Uint8Array);
    while (reader.turn === 'write') await reader.write();
    if (reader.turn === 'done') expect(reader.finish().id).toEqual(sessions[0].id);
  });
});

/** The bytes without which a message cannot even be taken apart: keys and tags. */
function shortest({ messages, noise }: Profile, index: number): number {
  if (index >= messages.length) return 16;
  const hasKey = noise.messages.slice(0, index + 1).some((tokens) => tokens.length > 1);
  const keys = (noise.messages[index] as readonly string[]).reduce(
    (sum, token) => sum + ({ e: 32, s: 48 }[token] ?? 0),
    0,
  );
  return keys + (hasKey ? 16 : 0);
}
