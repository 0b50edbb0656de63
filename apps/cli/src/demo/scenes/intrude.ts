import { type DialledPayee, isCodedError, zBase32 } from 'pubky-paykit';
import { type Actor, personOf } from '../actor.ts';
import { createPayerSide, type PayerSide } from '../payer-side.ts';
import type { Acquaintance, Scenes } from '../scene.ts';

/** Asks for a receipt in the name of somebody, and reports how that fails. */
async function askFor(
  { tell }: Actor,
  payer: PayerSide,
  channel: DialledPayee['channel'],
  claimed: Acquaintance,
): Promise<string> {
  try {
    await payer.settle(channel, payer.request(zBase32.decode(claimed.identity, 32)));
  } catch (error) {
    if (!isCodedError(error)) throw error;
    tell(`gets no receipt: ${error.code}`);
    return error.code;
  }
  throw new Error(`was taken for ${claimed.name}`);
}

/**
 * Asks for a receipt in the name of `claimed`, in IK-raw, in which a payer signs nothing: with a Noise key of one's own, or with one
 * that was revoked.
 */
export async function intrude(
  actor: Actor,
  { claimed, role, ...dial }: Scenes['intrude']['asks'],
): Promise<Scenes['intrude']['gives']> {
  const keys = await personOf(actor).openKeys('current');
  try {
    const intruder: Actor = { ...actor, tell: (step) => actor.tell(step, role) };
    const payer = createPayerSide(intruder, dial, { keys, cached: true });
    const verifiedStatic = await payer.requireKey();
    const { publicKey, noiseKey } = keys;
    // Without a signer the rules choose IK-raw.
    const { channel } = await payer.dial({ publicKey, noiseKey }, { verifiedStatic });
    intruder.tell(
      `asks for a receipt in the name of ${claimed.name}: nothing in the handshake speaks against it`,
    );
    return { code: await askFor(intruder, payer, channel, claimed) };
  } finally {
    keys.destroy();
  }
}
