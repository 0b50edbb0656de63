import type { PaymentIdentity } from 'pubky-paykit';
import type { PayerTask } from './events.ts';
import type { ParentLink } from './parent-link.ts';
import { DEMO_PATTERNS } from './patterns.ts';
import { createPayerSide } from './payer-side.ts';

/** The payer of the demo: pays once, as its pattern says, and ends. */
export async function runPayer(task: PayerTask, link: Pick<ParentLink, 'tell' | 'book'>): Promise<void> {
  const identities: PaymentIdentity[] = [];
  try {
    await DEMO_PATTERNS[task.pattern].pay(createPayerSide(task, link, identities));
  } finally {
    for (const identity of identities) identity.destroy();
  }
}
