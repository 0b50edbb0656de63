import { describe, expect, it } from 'vitest';
import { attestationText } from './independent-identity.mjs';
import { honestClaim, honestPayload, independent, saysMessage } from './wire-handshakes.ts';
import { ATTESTED, PATTERNS, PAYEE, PAYER, PAYLOAD_SHA256, sha256, toHex, VECTORS } from './wire-parties.ts';

/** As in the table: in hex, or its SHA-256 where it is long. */
const shown = (message: Uint8Array) => (message.length > 200 ? sha256(message) : toHex(message));

describe('the independent peer', () => {
  it('makes the keys and the claim of N8 A.1 and A.3', () => {
    expect(toHex(PAYER.publicKey)).toBe('04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426');
    expect(toHex(PAYEE.publicKey)).toBe('2b092dbb9be545dbdd4225cd2ae06fe3bd1b3661e8c8b4d493b2974acc893f76');
    expect(sha256(honestClaim())).toBe(PAYLOAD_SHA256);
  });

  it.each(PATTERNS)('makes every byte of %s in N8 A.4', (pattern) => {
    const vector = VECTORS[pattern];
    const sides = {
      initiator: independent(pattern, 'initiator'),
      responder: independent(pattern, 'responder'),
    };
    const messages = vector.messages.map((_, index) => {
      const [writer, reader] = saysMessage('initiator', index)
        ? [sides.initiator, sides.responder]
        : [sides.responder, sides.initiator];
      const message = writer.write(honestPayload(pattern, index));
      expect(reader.read(message)).toEqual(honestPayload(pattern, index));
      return message;
    });
    expect(messages.map(shown)).toEqual(vector.messages);
    expect([toHex(sides.initiator.id), toHex(sides.responder.id)]).toEqual([vector.id, vector.id]);

    const [payer, payee] = [sides.initiator.split(), sides.responder.split()];
    const samples = [payer.send.encrypt('hello'), payer.send.encrypt('')];
    expect(samples.map(toHex)).toEqual([vector.hello, vector.empty]);
    expect(samples.map((sample) => payee.receive.decrypt(sample))).toEqual(['hello', '']);
    if (vector.world !== undefined) expect(toHex(payee.send.encrypt('world'))).toBe(vector.world);
  });

  it('attests as in N8 A.7', () => {
    const [client, server] = VECTORS.nn.messages.map((message) =>
      Uint8Array.from(Buffer.from(message.slice(0, 64), 'hex')),
    ) as [Uint8Array, Uint8Array];
    expect(attestationText(PAYEE, server, client)).toContain(`"signature":"${ATTESTED.payee}"`);
    expect(attestationText(PAYER, client, server)).toContain(`"signature":"${ATTESTED.payer}"`);
  });
});
