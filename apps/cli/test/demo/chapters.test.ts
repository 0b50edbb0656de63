import { describe, expect, it } from 'vitest';
import { impostorIsRefused, keyIsRevoked } from '../../src/demo/chapters/intrusion.ts';
import { peopleMeet } from '../../src/demo/chapters/people.ts';
import { keyIsRotated } from '../../src/demo/chapters/rotation.ts';
import { tellAll } from '../../src/demo/chapters.ts';
import { acquaintance, enter, type Stage } from '../../src/demo/stage.ts';
import { onStage, places, placesInOrder } from './in-process.ts';

const TERMS = { method: 'lightning', amount: '1000', currency: 'SAT' };

/** Somebody without a published key pays Bob, as themselves. */
async function unpublishedPays(stage: Stage, pattern: 'IK-raw' | 'XX') {
  const { bob } = await peopleMeet(stage);
  const carol = await enter(stage, stage.cast('Carol'), 'Carol', false);
  const { port } = await bob.play('listen', { pattern, method: 'lightning', key: 'current' });
  const dial = { payee: acquaintance(bob), port, terms: TERMS };
  const paid =
    pattern === 'XX'
      ? carol.play('pay', { ...dial, pattern, cached: false })
      : carol.play('intrude', { ...dial, claimed: acquaintance(carol), role: 'Carol' });
  const [outcome] = await Promise.allSettled([paid]);
  return { outcome, answer: await bob.play('close', {}) };
}

describe('keyIsRotated', () => {
  it('takes the former key for the overlap, and the next look-up finds the new one [O3] [S2.3]', async () => {
    await onStage([], async (stage) => {
      await keyIsRotated(await peopleMeet(stage), stage);
      const { steps } = stage;
      const [replaced = ''] = steps.filter((step) => step.startsWith('Bob replaces the key'));
      const [former, current] = replaced.match(/[0-9a-f]{12}…/g) ?? [];
      expect(former).not.toBe(current);
      const order = placesInOrder(steps, [
        'Bob replaces the key',
        'with the former key',
        `Alice takes Bob's key from the cache: a frequent contact is not looked up each time (${former})`,
        `Alice looks Bob up again: a newer record names a new key instead of ${former} (${current})`,
      ]);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(places(steps, 'Alice asks for 1000 SAT')).toHaveLength(2);
      expect(await stage.stored()).toEqual({ 'alice/receipts': 2, 'bob/receipts': 2 });
    });
  });
});

describe('impostorIsRefused', () => {
  it("refuses whoever claims another's identity in IK-raw, by looking it up [P8 W-05]", async () => {
    await onStage([], async (stage) => {
      await impostorIsRefused(await peopleMeet(stage), stage);
      const { steps } = stage;
      expect(places(steps, 'Mallory chooses IK-raw')).toHaveLength(1);
      expect(places(steps, 'the key proven here is another')).toHaveLength(1);
      expect(places(steps, 'Bob refuses the request with WRONG_PAYER')).toHaveLength(1);
      expect(places(steps, 'Mallory gets no receipt: PAYKIT_REFUSED_BY_PEER')).toHaveLength(1);
      expect(await stage.stored()).toEqual({});
    });
  });

  it.each(['IK-raw', 'XX'] as const)(
    'confirms nothing in %s to somebody who has published no key [P8 W-05, W-16]',
    async (pattern) => {
      await onStage([], async (stage) => {
        const { outcome, answer } = await unpublishedPays(stage, pattern);
        expect(answer).toEqual({ kind: 'refused', reason: 'PAYER_UNVERIFIED' });
        expect(outcome).toMatchObject(
          pattern === 'XX'
            ? { status: 'rejected', reason: { code: 'PAYKIT_REFUSED_BY_PEER' } }
            : { status: 'fulfilled', value: { code: 'PAYKIT_REFUSED_BY_PEER' } },
        );
        expect(places(stage.steps, 'has published no key')).not.toHaveLength(0);
        expect(await stage.stored()).toEqual({});
      });
    },
  );
});

describe('keyIsRevoked', () => {
  it('refuses a revoked key, and goes on when the old records come back [O4] [S2.3]', async () => {
    await onStage([], async (stage) => {
      await keyIsRevoked(await peopleMeet(stage), stage);
      const { steps } = stage;
      const [old = -1] = places(steps, 'Network is made to serve old records');
      const refusals = places(steps, 'Bob refuses the request with PAYER_UNVERIFIED');
      expect(refusals).toHaveLength(2);
      expect(refusals[0]).toBeLessThan(old);
      expect(refusals[1]).toBeGreaterThan(old);
      expect(places(steps, 'has revoked the key')).toHaveLength(2);
      expect(places(steps, 'Thief gets no receipt: PAYKIT_REFUSED_BY_PEER')).toHaveLength(2);
      expect(await stage.stored()).toEqual({});
    });
  });

  it('refuses what somebody would believe who has not seen the revocation', async () => {
    await onStage([], async (stage) => {
      const couple = await peopleMeet(stage);
      await keyIsRevoked(couple, stage);
      const stranger = await enter(stage, stage.cast('Stranger'), 'Stranger', false);
      await stranger.play('discover', { whom: acquaintance(couple.alice) });
      expect(places(stage.steps, 'Stranger looks Alice up: a key in the signed packet')).toHaveLength(1);
    });
  });
});

describe('tellAll', () => {
  it('tells the whole story in its order [F1]', async () => {
    await onStage([], async (stage) => {
      await tellAll(stage);
      expect(stage.chapters).toEqual([
        'Two people make themselves findable',
        'They discover each other',
        ...['IK', 'IK-raw', 'N', 'NN', 'XX'].map((name) => `Alice pays Bob: pattern ${name}`),
        'A key is rotated',
        'An impostor is refused',
        'A key is revoked, for good',
      ]);
      expect(await stage.stored()).toEqual({
        'alice/receipts': 6,
        'bob/receipts': 6,
        'bob/one-way-requests': 1,
      });
    });
  });
});
