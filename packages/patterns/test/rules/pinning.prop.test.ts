import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createMemoryPinStore, trustRule, trustStatic } from '../../src/rules/pinning.ts';
import { filled } from '../bytes.ts';
import { stepContext } from '../step-context.ts';

const MAXIMUM = 2;
const steps = fc.array(
  fc.record({
    peer: fc.constantFrom('__proto__', 'constructor', 'shop'),
    key: fc.nat(2),
    call: fc.constantFrom('contact', 'contact', 'contact', 'keep', 'remove'),
  }),
  { maxLength: 40 },
);

describe('trustStatic', () => {
  it('trusts the key of the first contact and no other until it is removed, whatever happens between (P8 W-16)', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const store = createMemoryPinStore({ maximumPeers: MAXIMUM });
        const pins = new Map<string, number>();
        for (const { peer, key, call } of sequence) {
          const noiseKey = filled(key + 1);
          if (call === 'remove') {
            await store.remove(peer);
            pins.delete(peer);
            continue;
          }
          const contact =
            call === 'keep'
              ? store.keep(peer, { noiseKey, pinnedAtMs: 0 }).then((pin) => pin.noiseKey[0] === key + 1)
              : trustStatic(
                  stepContext({ trust: trustRule({ trustOnFirstUse: store, peer }), remoteStatic: noiseKey }),
                ).then(() => true);
          const outcome = await contact.catch((error: { code?: string }) => error.code);
          const pinned = pins.get(peer);
          if (pinned === undefined && pins.size === MAXIMUM) {
            expect(outcome).toBe('PATTERNS_PIN_STORE_FULL');
          } else if (pinned === undefined || pinned === key) {
            expect(outcome).toBe(true);
            pins.set(peer, key);
          } else {
            expect(outcome).toBe(call === 'keep' ? false : 'PATTERNS_PIN_CHANGED');
          }
          for (const name of ['__proto__', 'constructor', 'shop']) {
            const kept = pins.get(name);
            expect((await store.get(name))?.noiseKey[0]).toBe(kept === undefined ? undefined : kept + 1);
          }
        }
      }),
      { numRuns: effort(400) },
    );
  });
});
