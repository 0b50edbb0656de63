import { describe, expect, it, vi } from 'vitest';
import { createIdentitySigner, type IdentitySigner } from '../../src/identity/identity-signer.ts';
import { CLIENT_IDENTITY, CLIENT_SEED, SERVER_SEED } from '../../src/testing.ts';
import { bytes, filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { clientSigner, connect, initiator, responder } from '../peers.ts';

function signerThat(sign: IdentitySigner['sign'], publicKey: Uint8Array = CLIENT_IDENTITY): IdentitySigner {
  return { publicKey, sign };
}

describe('the signer', () => {
  it('is asked once, for the 32 bytes of the binding [S1.3]', async () => {
    const sign = vi.fn((message: Uint8Array) => clientSigner.sign(message));
    await connect(initiator({ signer: signerThat(sign) }), responder());
    expect(sign).toHaveBeenCalledTimes(1);
    expect(sign.mock.calls[0]?.[0]).toEqual(
      bytes('ffd51100a9c990f759675c7482214e3c05d305cb4545124baacc443ed5ea46fa'),
    );
  });

  it('may take its time, as a remote one does [S1.3]', async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const signer = signerThat(async (message) => {
      await asked;
      return clientSigner.sign(message);
    });
    const client = initiator({ signer });
    const m1 = client.write();
    answer?.();
    await responder().read(await m1);
  });

  it('that fails ends the handshake, with its error as the cause [F3]', async () => {
    const cause = new RangeError('token removed');
    for (const sign of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const client = initiator({ signer: signerThat(sign) });
      expect(await rejectionOf(client.write())).toMatchObject({
        code: 'PATTERNS_SIGNER_FAILED',
        wireCode: 1000,
        retryable: true,
        cause,
      });
      expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it('that was destroyed ends the handshake', async () => {
    const signer = createIdentitySigner(CLIENT_SEED);
    signer.destroy();
    expect((await rejectionOf(initiator({ signer }).write())).code).toBe('PATTERNS_SIGNER_DESTROYED');
  });

  it('that answers with anything but its own signature is not believed', async () => {
    const wrong: IdentitySigner['sign'][] = [
      async () => new Uint8Array(64),
      async () => new Uint8Array(63),
      async () => undefined as never,
      (message) => createIdentitySigner(SERVER_SEED).sign(message),
      async (message) => flipped(await clientSigner.sign(message), 300),
      (message) => {
        message.fill(0);
        return clientSigner.sign(message);
      },
    ];
    for (const sign of wrong) {
      expect((await rejectionOf(initiator({ signer: signerThat(sign) }).write())).code).toBe(
        'PATTERNS_SIGNER_WRONG',
      );
    }
  });
});

describe('calls at the wrong time', () => {
  it('end the handshake if they are out of turn', async () => {
    const cases = [
      [initiator(), 'read', (h: ReturnType<typeof initiator>) => h.read(new Uint8Array(48))],
      [responder(), 'write', (h: ReturnType<typeof initiator>) => h.write()],
      [initiator(), 'finish', async (h: ReturnType<typeof initiator>) => h.finish()],
    ] as const;
    for (const [handshake, called, call] of cases) {
      expect(await rejectionOf(call(handshake))).toMatchObject({
        code: 'PATTERNS_OUT_OF_TURN',
        wireCode: 3000,
        context: { called },
      });
      expect(await rejectionOf(handshake.write())).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: 'PATTERNS_OUT_OF_TURN' },
      });
    }
  });

  it('end the handshake if they are concurrent, the running call included', async () => {
    const never = signerThat(() => new Promise(() => {}));
    const client = initiator({ signer: never });
    const running = client.write();
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_BUSY');
    expect(await rejectionOf(running)).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'PATTERNS_BUSY' },
    });
  });

  it('find the handshake ended after finish, and leave the session alone', async () => {
    const [client, server] = [initiator(), responder()];
    const { sessions } = await connect(client, server);
    expect(thrownBy(() => client.finish())).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'finish' },
    });
    client.destroy();
    expect(sessions[1].decrypt(sessions[0].encrypt(filled(1)))).toEqual(filled(1));
  });

  it('find the handshake ended after destroy, which may be called twice [S1.4]', async () => {
    const client = initiator();
    client.destroy();
    client.destroy();
    for (const call of [client.write(), client.read(new Uint8Array(48))]) {
      expect(await rejectionOf(call)).toMatchObject({
        code: 'PATTERNS_HANDSHAKE_ENDED',
        context: { by: 'destroy' },
      });
    }
  });
});
