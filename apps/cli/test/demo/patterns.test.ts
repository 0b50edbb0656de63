import type { ProfileName } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { type BookKeeper, createBookKeeper } from '../../src/demo/address-book.ts';
import { DEMO_PATTERN_NAMES } from '../../src/demo/patterns.ts';
import { showInProcess } from './in-process.ts';

const TWO_WAY = DEMO_PATTERN_NAMES.filter((name) => name !== 'N');
const NO_FAILURE = { payer: undefined, payee: undefined };

/** The steps in which `text` stands, by their places in the story. */
function places(steps: readonly string[], text: string): number[] {
  return steps.flatMap((step, index) => (step.includes(text) ? [index] : []));
}

/** A book in which every Noise key of the payer's is answered as `forged`: the payer announces after the payee, if that does. */
function bookWith(pattern: ProfileName, forged: readonly string[]): BookKeeper {
  const keepBook = createBookKeeper();
  const announced: string[] = [];
  return (question) => {
    if (question.ask === 'announce') announced.push(question.identity);
    const payer = announced[pattern === 'XX' ? 0 : 1];
    return question.ask === 'look-up' && question.identity === payer ? forged : keepBook(question);
  };
}

describe('the demo of each pattern', () => {
  it.concurrent.each(TWO_WAY)(
    '%s pays once, and both sides store the same receipt [S3.1] [F1]',
    async (name) => {
      const { steps, outcomes, stored, failures } = await showInProcess(name);
      expect(failures).toEqual(NO_FAILURE);
      expect(outcomes.payer).toContain('"amount":"21"');
      expect(outcomes.payee).toBe(outcomes.payer);
      expect(stored).toEqual({ 'payer/receipts': 1, 'payee/receipts': 1 });
      expect(places(steps, `payer finished the ${name} handshake`)).toHaveLength(1);
      expect(places(steps, `payee accepted the ${name} handshake`)).toHaveLength(1);
    },
  );

  it.concurrent('IK tells who the payer is by its signature', async () => {
    const { steps } = await showInProcess('IK');
    const [made] = steps.filter((step) => step.startsWith('payer made a fresh identity'));
    const payer = made?.split(', ')[1];
    expect(steps).toContain(`payee knows the payer by its signature, ${payer}`);
  });

  it.concurrent.each(['IK-raw', 'XX'] as const)(
    '%s looks the payer up, and finds the key that was proven (P8 W-05)',
    async (name) => {
      const { steps } = await showInProcess(name);
      const [known = -1] = places(steps, "payee knows the payer's Noise key");
      const [lookedUp = -1, ...more] = places(steps, 'payee looked up');
      const [confirmed = -1] = places(steps, 'and confirmed it');
      expect(steps[lookedUp]).toMatch(/: [0-9a-f]{12}…, the one proven here$/);
      expect([known, lookedUp, confirmed]).toEqual([...[known, lookedUp, confirmed]].sort((a, b) => a - b));
      expect(known).toBeGreaterThanOrEqual(0);
      expect(more).toEqual([]);
    },
  );

  it.concurrent.each([
    ['IK-raw', [], 'PAYER_UNVERIFIED', 'no Noise key, no match'],
    ['XX', [], 'PAYER_UNVERIFIED', 'no Noise key, no match'],
    ['IK-raw', ['11'.repeat(32)], 'WRONG_PAYER', '111111111111…, no match'],
    ['XX', ['11'.repeat(32)], 'WRONG_PAYER', '111111111111…, no match'],
  ] as const)(
    '%s pays nothing if the book has %j for the payer (P8 W-05, W-16)',
    async (name, forged, reason, told) => {
      const { steps, stored, failures } = await showInProcess(name, bookWith(name, forged));
      expect(failures).toEqual({
        payer: 'PAYKIT_REFUSED_BY_PEER',
        payee: `the request was refused: ${reason}`,
      });
      expect(places(steps, told)).toHaveLength(1);
      expect(stored).toEqual({});
    },
  );

  it.concurrent('N is noted apart from receipts, in the name of a throw-away key (P8 W-06) [S3.3]', async () => {
    const { steps, outcomes, stored, failures } = await showInProcess('N');
    expect(failures).toEqual(NO_FAILURE);
    expect(outcomes.payee).toBe(outcomes.payer);
    expect(stored).toEqual({ 'payee/one-way-requests': 1 });
    expect(places(steps, 'payer made a throw-away payer key')).toHaveLength(1);
    expect(places(steps, 'payer made a fresh identity')).toEqual([]);
    expect(places(steps, 'payee knows nothing of who sends')).toHaveLength(1);
    expect(places(steps, 'confirmed')).toEqual([]);
  });

  it.concurrent('NN attests the payee first, then the payer, then asks (P8 §3.9)', async () => {
    const { steps } = await showInProcess('NN');
    const order = [
      'payee signs its attestation',
      'payer verified the payee',
      'payer finished',
      'payer asked',
    ];
    const found = order.flatMap((text) => places(steps, text));
    expect(found).toHaveLength(order.length);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(places(steps, 'Noise key')).toEqual([]);
  });

  it.concurrent('XX pins the key, and then connects with IK by itself (P8 W-16) [S3.3]', async () => {
    const { steps } = await showInProcess('XX');
    const order = [
      'payer finished the XX handshake',
      'payer had chosen XX, by the rule "first-contact"',
      "payer has pinned the payee's Noise key",
      'payer finished the IK handshake',
      'payer had chosen IK, by the rule "known-key-hot"',
      'payer asked again',
    ];
    const found = order.flatMap((text) => places(steps, text));
    expect(found).toHaveLength(order.length);
    expect(found).toEqual([...found].sort((a, b) => a - b));
    expect(places(steps, 'payee accepted the IK handshake')).toHaveLength(1);
    expect(places(steps, 'payee gave the receipt it had stored')).toHaveLength(1);
  });
});
