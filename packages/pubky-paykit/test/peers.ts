import { createPaymentIdentity, type PaykitReceipt, type PaymentIdentity } from '../src/index.ts';

/** Fixed identities: seeds of one repeated byte. */
export const payerIdentity = (): PaymentIdentity =>
  createPaymentIdentity(new Uint8Array(32).fill(1), { device: 'client-dev' });
export const payeeIdentity = (): PaymentIdentity =>
  createPaymentIdentity(new Uint8Array(32).fill(2), { device: 'server-dev' });

/** The code of whatever a promise rejects with. */
export async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** What payer and payee agree on in these tests. */
export const TERMS: Pick<PaykitReceipt, 'methodId' | 'amount' | 'currency'> = {
  methodId: 'lightning',
  amount: '1000',
  currency: 'SAT',
};
