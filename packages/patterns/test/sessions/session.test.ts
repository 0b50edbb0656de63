import { describe, expect, it } from 'vitest';
import { filled, thrownBy } from '../bytes.ts';
import { connect, initiator, responder } from '../peers.ts';

async function sessions() {
  return (await connect(initiator(), responder())).sessions;
}

describe('Session', () => {
  it('carries empty and 65 519-byte messages, and refuses 65 520 without harm (A-7)', async () => {
    const [client, server] = await sessions();
    for (const length of [0, 65_519]) {
      const ciphertext = client.encrypt(new Uint8Array(length));
      expect(ciphertext.length).toBe(length + 16);
      expect(server.decrypt(ciphertext).length).toBe(length);
    }
    expect(thrownBy(() => client.encrypt(new Uint8Array(65_520))).code).toBe('NOISE_MESSAGE_TOO_LONG');
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
  });

  const attacks: Record<string, (one: Uint8Array, two: Uint8Array) => Uint8Array> = {
    'an altered message': (one) => Uint8Array.from(one, (byte, i) => (i === 5 ? byte ^ 1 : byte)),
    'a message out of order': (_, two) => two,
    'a truncated message': (one) => one.subarray(0, -1),
    'fewer bytes than a tag': () => new Uint8Array(15),
    'an oversized message': () => new Uint8Array(65_536),
  };
  for (const [name, attack] of Object.entries(attacks)) {
    it(`ends with ${name} [F3]`, async () => {
      const [client, server] = await sessions();
      const [one, two] = [client.encrypt(filled(1)), client.encrypt(filled(2))];
      expect(thrownBy(() => server.decrypt(attack(one, two))).code).toMatch(
        /^NOISE_(DECRYPT_FAILED|MESSAGE_TOO_SHORT|MESSAGE_TOO_LONG)$/,
      );
      expect(thrownBy(() => server.decrypt(one)).code).toBe('NOISE_DESTROYED');
      expect(thrownBy(() => server.encrypt(one)).code).toBe('NOISE_DESTROYED');
      expect(server.confirmed).toBe(false);
    });
  }

  it('ends with a replayed message', async () => {
    const [client, server] = await sessions();
    const one = client.encrypt(filled(1));
    server.decrypt(one);
    expect(thrownBy(() => server.decrypt(one)).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('ends with its own message reflected', async () => {
    const [client] = await sessions();
    expect(thrownBy(() => client.decrypt(client.encrypt(filled(1)))).code).toBe('NOISE_DECRYPT_FAILED');
  });

  it('is gone after destroy, which may be called twice [S1.4]', async () => {
    const [client] = await sessions();
    client.destroy();
    client.destroy();
    expect(thrownBy(() => client.encrypt(filled(1))).code).toBe('NOISE_DESTROYED');
    expect(thrownBy(() => client.decrypt(filled(1))).code).toBe('NOISE_DESTROYED');
    expect(client.id.length).toBe(32);
  });
});
