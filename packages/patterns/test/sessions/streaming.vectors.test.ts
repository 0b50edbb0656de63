import { decodeUtf8, encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { decryptFramed, decryptFrames, encryptFramed } from '../../src/sessions/streaming.ts';
import {
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { connect, initiatorOf, responderOf } from '../peers.ts';

/** N8 A.5: 70 bytes, chunks of 4, nonces 0 to 2. */
const FRAMED =
  '0000001443f788e391602b88abf0a12a2241ccb4fb7d35fc000000147c244526dd4d1d1b4c356fd407e3d5fcc5b03c62000000125eda7f29fef73085ccebeab094c5a206ec9e';

async function vectorSessions() {
  const { sessions } = await connect(
    initiatorOf(IK_RAW, { suite: suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET) }),
    responderOf(IK_RAW, { suite: suiteWithFixedEphemeralForTestingOnly(RESPONDER_EPHEMERAL_SECRET) }),
  );
  return sessions;
}

describe('the framed stream of N8 A.5', () => {
  it('comes out of encryptFramed byte for byte [S3.1]', async () => {
    const [client] = await vectorSessions();
    const framed = encryptFramed(client, encodeUtf8('0123456789'), { chunkBytes: 4 });
    expect(hex.encode(framed)).toBe(FRAMED);
    expect(client.sent).toBe(3n);
  });

  it('is read by decryptFramed, which does not know the chunk size', async () => {
    const [, server] = await vectorSessions();
    expect(decodeUtf8(decryptFramed(server, hex.decode(FRAMED)))).toBe('0123456789');
    expect(server.received).toBe(3n);
  });

  it('is read by decryptFrames chunk by chunk', async () => {
    const [, server] = await vectorSessions();
    const chunks = Array.from(decryptFrames(server, hex.decode(FRAMED)), decodeUtf8);
    expect(chunks).toEqual(['0123', '4567', '89']);
  });
});
