import { describe, expect, it } from 'vitest';
import { createThrowAwaySigner, disposingOf } from '../../src/handshake/throw-away-signer.ts';
import { NN } from '../../src/profiles/nn.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { connect, initiatorOf, responderOf } from '../peers.ts';

function dialled() {
  const signer = createThrowAwaySigner();
  return { signer, handshake: disposingOf(initiatorOf(NN, { signer }), signer) };
}

const isGone = async ({ signer }: ReturnType<typeof dialled>) =>
  (await rejectionOf(signer.sign(filled(1)))) as { code?: string };

describe('disposingOf', () => {
  it('carries the handshake to its end, and then wipes the signer [S1.4]', async () => {
    const dialling = dialled();
    const { sessions } = await connect(dialling.handshake, responderOf(NN));
    expect(sessions[1].remoteIdentity).toEqual(dialling.signer.publicKey);
    expect(await isGone(dialling)).toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
  });

  it('wipes the signer with a handshake that is given up or fails [S1.4]', async () => {
    const givenUp = dialled();
    givenUp.handshake.destroy();
    expect(await isGone(givenUp)).toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
    const failed = dialled();
    await failed.handshake.write();
    await rejectionOf(failed.handshake.read(new Uint8Array(48)));
    expect(await isGone(failed)).toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
    const outOfTurn = dialled();
    await rejectionOf(outOfTurn.handshake.read(new Uint8Array(48)));
    expect(await isGone(outOfTurn)).toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
  });
});
