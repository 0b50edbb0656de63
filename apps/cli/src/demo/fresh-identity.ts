import { createPaymentIdentity, type PaymentIdentity, systemRandom, wipe } from 'pubky-paykit';
import type { Tell } from './events.ts';
import { shortIdentity } from './short-id.ts';

/** A new identity with the Noise key of its one device. */
export function makeFreshIdentity(tell: Tell): PaymentIdentity {
  const seed = systemRandom.bytes(32);
  const identity = createPaymentIdentity(seed, { device: 'demo' });
  wipe(seed);
  tell(`made a fresh identity, ${shortIdentity(identity.publicKey)}`);
  return identity;
}
