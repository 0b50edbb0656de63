import { describe, expect, it } from 'vitest';
import { tellAll } from '../../src/demo/chapters.ts';
import { DEMO_PATTERN_NAMES, DEMO_PATTERNS } from '../../src/demo/patterns.ts';
import { onStage, places, placesInOrder } from './in-process.ts';

const TWO_WAY = DEMO_PATTERN_NAMES.filter((name) => name !== 'N');

/** Tells the part of one pattern, and hands over what was seen. */
const shown = (pattern: string, amount = '21') =>
  onStage(['--pattern', pattern, '--amount', amount], async (stage) => {
    await tellAll(stage);
    const { steps, chapters, notes } = stage;
    return { steps, chapters, notes, stored: await stage.stored() };
  });

const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);

describe('tellAll with one pattern', () => {
  it.concurrent.each(TWO_WAY)(
    '%s pays once, and both sides store the same receipt [S3.1] [S3.2] [F1]',
    async (name) => {
      const { steps, chapters, notes, stored } = await shown(name);
      expect(stored).toEqual({ 'alice/receipts': 1, 'bob/receipts': 1 });
      expect(places(steps, `Alice chooses ${name}, session`)).toHaveLength(1);
      expect(places(steps, `Bob accepts the ${name} handshake`)).toHaveLength(1);
      expect(notes[0]).toMatch(/^Both hold: the same receipt: 21 SAT by lightning, from .* to Bob$/);
      expect(chapters).toEqual([
        'Two people make themselves findable',
        'They discover each other',
        `Alice pays Bob: pattern ${name}`,
      ]);
    },
  );

  it.concurrent.each(DEMO_PATTERN_NAMES)('%s tells what is proven, and what is not', async (name) => {
    const { notes } = await shown(name);
    const { proven, notProven } = DEMO_PATTERNS[name];
    expect(notes.slice(1)).toEqual([`Proven: ${proven}`, `Not proven: ${notProven}`]);
  });

  it.concurrent('publishes in both places, and discovers from nothing but an identity [S2.3] [F1]', async () => {
    const { steps } = await shown('IK');
    for (const [self, other] of [
      ['Alice', 'Bob'],
      ['Bob', 'Alice'],
    ]) {
      const [published = ''] = steps.filter((step) => step.startsWith(`${self} publishes the Noise key`));
      const key = published.match(/[0-9a-f]{12}…/)?.[0];
      expect(published).toContain('as a file on the homeserver and in the packet');
      expect(key).toBeDefined();
      const [found = ''] = steps.filter((step) => step.startsWith(`${other} looks ${self} up`));
      expect(found).toContain(`(${key})`);
    }
  });

  it.concurrent('IK tells who the payer is by its signature', async () => {
    const { steps } = await shown('IK');
    const [made = ''] = steps.filter((step) => step.startsWith('Alice makes the identity'));
    const payer = made.match(/identity (\S+…)/)?.[1];
    const [accepted = ''] = steps.filter((step) => step.startsWith('Bob accepts'));
    expect(accepted).toContain(`the payer is ${payer}, by a signature over this session`);
  });

  it.concurrent.each(['IK-raw', 'XX'])(
    '%s looks the payer up by discovery, and finds the key that was proven [P8 W-05] [S3.2]',
    async (name) => {
      const { steps } = await shown(name);
      const order = placesInOrder(steps, [
        'whose it is, is still open',
        'whom the request names as payer: has published',
        'and only then confirms it',
      ]);
      expect(order).toEqual(ascending(order));
      expect(steps[order[1] ?? -1]).toMatch(/has published [0-9a-f]{12}…, the key proven here$/);
    },
  );

  it.concurrent('N is noted apart from receipts, in the name of a throw-away key [P8 W-06] [S3.3]', async () => {
    const { steps, stored, notes } = await shown('N');
    expect(stored).toEqual({ 'bob/one-way-requests': 1 });
    expect(places(steps, 'Bob accepts the N handshake')).toHaveLength(1);
    expect(places(steps, 'nothing is proven of who sends')).toHaveLength(1);
    expect(places(steps, 'confirm')).toEqual([]);
    expect(notes[0]).toMatch(/^Bob holds: an unverified request, no payment: .* from the throw-away key/);
    expect(notes.at(-1)).toContain('Nobody has to have sent this request');
  });

  it.concurrent('NN attests the payee first, and pays with a throw-away identity [P8 §3.9]', async () => {
    const { steps, notes } = await shown('NN');
    const order = placesInOrder(steps, [
      'Bob signs the fresh keys of this session',
      'Alice chooses NN',
      'Alice asks for 21 SAT',
    ]);
    expect(order).toEqual(ascending(order));
    expect(notes[0]).toContain('from the throw-away key');
  });

  it.concurrent('XX trusts a device without a record once, pins its key, and then chooses IK by itself [P8 W-16] [S3.3]', async () => {
    const { steps, stored } = await shown('XX');
    const order = placesInOrder(steps, [
      'Alice looks up the device "till" of Bob: it has published no key',
      'Alice chooses XX',
      'no record names any, so it is taken on trust',
      'Alice has pinned the key',
      'Alice chooses IK, session',
      'Alice asks again',
    ]);
    expect(order).toEqual(ascending(order));
    expect(places(steps, 'Bob gives the receipt that is stored')).toHaveLength(1);
    expect(stored).toEqual({ 'alice/receipts': 1, 'bob/receipts': 1 });
  });

  it.concurrent('gives the reason for each choice, in words that stand for nothing else [S3.2]', async () => {
    const reasons = await Promise.all(
      DEMO_PATTERN_NAMES.map(async (name) => {
        const { steps } = await shown(name);
        const [chosen = ''] = steps.filter((step) => step.startsWith(`Alice chooses ${name}, session`));
        return chosen.replace(/^.*…\. /, '');
      }),
    );
    expect(reasons.every((reason) => reason.length > 40)).toBe(true);
    expect(new Set(reasons).size).toBe(DEMO_PATTERN_NAMES.length);
  });
});
