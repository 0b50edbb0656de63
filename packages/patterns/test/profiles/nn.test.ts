import { describe, expect, it, vi } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { isVerifiedIdentity } from '../../src/identity/verified-identity.ts';
import { NN } from '../../src/profiles/nn.ts';
import { CLIENT_IDENTITY, SERVER_IDENTITY } from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareOf,
  bareWrite,
  clientKey,
  clientSigner,
  connect,
  initiatorOf,
  responderOf,
  serverSigner,
} from '../peers.ts';

function spied(signer: IdentitySigner) {
  return { publicKey: signer.publicKey, sign: vi.fn((message: Uint8Array) => signer.sign(message)) };
}

describe('NN', () => {
  it('opens a session in which both identities are proven (CK-5, CK-6, CK-8, FR-15) [S3.1]', async () => {
    const { sessions, messages } = await connect(initiatorOf(NN), responderOf(NN));
    const [client, server] = sessions;
    expect(messages.slice(0, 2).map(({ length }) => length)).toEqual([32, 48]);
    expect(client.id).toEqual(server.id);
    expect(client.remoteIdentity).toEqual(SERVER_IDENTITY);
    expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);
    expect([client.remoteStatic, server.remoteStatic]).toEqual([undefined, undefined]);
    expect([client.confirmed, server.confirmed]).toEqual([true, true]);
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    expect(client.decrypt(server.encrypt(filled(2)))).toEqual(filled(2));
  });

  it('signs as the server first, and as the client only for the expected server (P8 §3.9)', async () => {
    const [client, server] = [spied(clientSigner), spied(serverSigner)];
    const first = initiatorOf(NN, { signer: client });
    const second = responderOf(NN, { signer: server });
    await second.read(await first.write());
    await first.read(await second.write());
    expect([server.sign.mock.calls.length, client.sign.mock.calls.length]).toEqual([0, 0]);
    const byServer = await second.write();
    expect([server.sign.mock.calls.length, client.sign.mock.calls.length]).toEqual([1, 0]);
    await first.read(byServer);
    expect(client.sign).not.toHaveBeenCalled();
    await second.read(await first.write());
    expect([server.sign.mock.calls.length, client.sign.mock.calls.length]).toEqual([1, 1]);
    expect([first.turn, second.turn]).toEqual(['done', 'done']);
  });

  it('has nothing to encrypt with before both attestations have verified [S3.3]', async () => {
    const messagesBefore = [0, 1, 2, 3];
    for (const count of messagesBefore) {
      const [first, second] = [initiatorOf(NN), responderOf(NN)];
      for (let sent = 0; sent < count; sent++) {
        const [sender, receiver] = first.turn === 'write' ? [first, second] : [second, first];
        await receiver.read(await sender.write());
      }
      for (const side of [first, second]) {
        expect(thrownBy(() => side.finish())).toMatchObject({ code: 'PATTERNS_OUT_OF_TURN', wireCode: 3000 });
        expect(thrownBy(() => side.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
      }
    }
  });

  it('gives the client no turn before the server has attested', async () => {
    const [first, second] = [initiatorOf(NN), responderOf(NN)];
    await second.read(await first.write());
    await first.read(await second.write());
    expect([first.turn, second.turn]).toEqual(['read', 'write']);
    expect((await rejectionOf(first.write())).code).toBe('PATTERNS_OUT_OF_TURN');
    expect((await rejectionOf(second.read(new Uint8Array(48)))).code).toBe('PATTERNS_OUT_OF_TURN');
  });

  it('works with a throw-away identity, which the server sees and nothing else (P8 W-17)', async () => {
    const throwAway = createIdentitySigner(crypto.getRandomValues(new Uint8Array(32)));
    const { sessions } = await connect(initiatorOf(NN, { signer: throwAway }), responderOf(NN));
    expect(sessions[1].remoteIdentity).toEqual(throwAway.publicKey);
    expect(sessions[1].remoteIdentity).not.toEqual(CLIENT_IDENTITY);
  });

  it('refuses a payload in message 1, which would be readable by everybody (W-10, W-45, A-4)', async () => {
    const { message } = bareWrite(bareOf(NN, 'initiator'), filled(1));
    expect(await rejectionOf(responderOf(NN).read(message))).toMatchObject({
      code: 'PATTERNS_PAYLOAD_UNEXPECTED',
      wireCode: 6000,
      context: { bytes: 32 },
    });
  });

  it('ignores what message 2 carries, as every 0.8 reader does (N8 §1.2)', async () => {
    const client = initiatorOf(NN);
    const server = bareOf(NN, 'responder');
    if (server.turn !== 'read') throw new Error('the responder reads first');
    const { message } = bareWrite(server.read(await client.write()).next, filled(7));
    await client.read(message);
    expect(client.turn).toBe('read');
  });
});

describe('allowIdentity of NN', () => {
  it('admits the identities on its list and refuses others (P8 W-17)', async () => {
    await connect(initiatorOf(NN), responderOf(NN, { allowIdentity: [filled(1), CLIENT_IDENTITY] }));
    for (const allowIdentity of [[], [filled(1)]]) {
      const server = responderOf(NN, { allowIdentity });
      expect(await rejectionOf(connect(initiatorOf(NN), server))).toMatchObject({
        code: 'PATTERNS_IDENTITY_REFUSED',
        wireCode: 6000,
      });
      expect(thrownBy(() => server.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it('is asked with a verified identity, once, and only `true` admits', async () => {
    const allowIdentity = vi.fn(async () => true);
    await connect(initiatorOf(NN), responderOf(NN, { allowIdentity }));
    const [[identity]] = allowIdentity.mock.calls as unknown as [[unknown]];
    expect(isVerifiedIdentity(identity)).toBe(true);
    expect(allowIdentity).toHaveBeenCalledTimes(1);
    for (const answer of [false, undefined, 1, {}]) {
      const server = responderOf(NN, { allowIdentity: () => answer as boolean });
      expect((await rejectionOf(connect(initiatorOf(NN), server))).code).toBe('PATTERNS_IDENTITY_REFUSED');
    }
  });
});

describe('options of NN', () => {
  it('wants the expected identity at the client, and no Noise key anywhere [S3.3]', () => {
    const client = {
      profile: NN,
      role: 'initiator',
      signer: clientSigner,
      expectedIdentity: SERVER_IDENTITY,
    };
    const server = { profile: NN, role: 'responder', signer: serverSigner };
    const misuses = [
      { ...client, expectedIdentity: undefined },
      { ...client, signer: undefined },
      { ...client, noiseKey: clientKey },
      { ...client, allowIdentity: [] },
      { ...server, signer: undefined },
      { ...server, expectedIdentity: CLIENT_IDENTITY },
      { ...server, noiseKey: clientKey },
      { ...server, allowStatic: 'anyone' },
    ];
    for (const options of misuses) {
      expect(() => createProfileHandshake(options as never)).toThrow(TypeError);
    }
  });

  it('copies the expected identity, and refuses one of a wrong length', async () => {
    const expectedIdentity = SERVER_IDENTITY.slice();
    const client = initiatorOf(NN, { expectedIdentity });
    expectedIdentity.fill(0);
    await connect(client, responderOf(NN));
    expect(thrownBy(() => initiatorOf(NN, { expectedIdentity: new Uint8Array(31) })).code).toBe(
      'PATTERNS_KEY_LENGTH',
    );
  });
});
