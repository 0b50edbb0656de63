import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import type { Pin, PinStore } from '../rules/pinning.ts';
import { type ConformanceCheck, demand } from './conformance-check.ts';

/** Names that a store may mistake for something else: members of objects, paths, one another. */
const AWKWARD_NAMES: readonly string[] = [
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty'],
  ...['../peer', '/etc/peer', 'peer/one', 'peer.json', 'con', '.', 'peer\u0000', 'peer\n', ' peer'],
  ...['peer', 'Peer', 'PEER', 'p\u00e9er', 'pe\u0301er', 'peer:1', 'peer:10', '*', '%2e', 'x'.repeat(300)],
];

function pin(fill: number, pinnedAtMs = fill): Pin {
  return { noiseKey: new Uint8Array(KEY_BYTES).fill(fill), pinnedAtMs };
}

function demandSame(found: Pin | undefined, expected: Pin, what: string): void {
  demand(
    found?.noiseKey instanceof Uint8Array &&
      equalBytes(found.noiseKey, expected.noiseKey) &&
      found.pinnedAtMs === expected.pinnedAtMs,
    what,
  );
}

/**
 * What every {@link PinStore} owes whoever trusts on first use; run it on each adapter. That pins outlive the process,
 * where they should, is for its own tests.
 *
 * @example
 * ```ts
 * import { createMemoryPinStore } from '@pubky-paykit/patterns';
 * import { pinStoreConformance } from '@pubky-paykit/patterns/testing';
 * for (const { run } of pinStoreConformance) await run(() => createMemoryPinStore());
 * ```
 */
export const pinStoreConformance: readonly ConformanceCheck<PinStore>[] = [
  {
    name: 'knows nobody at first, and removing nobody does nothing',
    async run(create) {
      const store = await create();
      await store.remove('peer');
      for (const name of AWKWARD_NAMES) {
        demand((await store.get(name)) === undefined, `there is no pin for ${JSON.stringify(name)}`);
      }
    },
  },
  {
    name: 'keeps the first pin of a peer and returns it ever after, whatever else is offered',
    async run(create) {
      const store = await create();
      demandSame(
        await store.keep('peer', pin(1, 1_700_000_000_000)),
        pin(1, 1_700_000_000_000),
        'the new pin',
      );
      for (const fill of [2, 3]) {
        demandSame(
          await store.keep('peer', pin(fill)),
          pin(1, 1_700_000_000_000),
          'the first pin is returned',
        );
        demandSame(await store.get('peer'), pin(1, 1_700_000_000_000), 'the first pin is kept');
      }
    },
  },
  {
    name: 'keeps peers apart, whatever they are called',
    async run(create) {
      const store = await create();
      for (const [i, name] of AWKWARD_NAMES.entries()) {
        demandSame(await store.keep(name, pin(i)), pin(i), `${JSON.stringify(name)} is new`);
      }
      for (const [i, name] of AWKWARD_NAMES.entries()) {
        demandSame(await store.get(name), pin(i), `${JSON.stringify(name)} has its own pin`);
      }
    },
  },
  {
    name: 'forgets a peer that is removed, and only that one',
    async run(create) {
      const store = await create();
      await store.keep('one', pin(1));
      await store.keep('two', pin(2));
      await store.remove('one');
      demand((await store.get('one')) === undefined, 'the pin is gone');
      demandSame(await store.keep('one', pin(3)), pin(3), 'the peer can be pinned again');
      demandSame(await store.get('two'), pin(2), 'the other pin is still there');
    },
  },
  {
    name: 'copies what it is given, and what it gives is the own of the caller',
    async run(create) {
      const store = await create();
      const given = pin(1);
      const kept = await store.keep('peer', given);
      given.noiseKey.fill(7);
      kept.noiseKey.fill(8);
      (await store.get('peer'))?.noiseKey.fill(9);
      (await store.keep('peer', pin(2))).noiseKey.fill(10);
      demandSame(await store.get('peer'), pin(1), 'the pin is as it was');
    },
  },
  {
    name: 'gives all first contacts at the same time the one pin that is kept',
    async run(create) {
      const store = await create();
      const offers = Array.from({ length: 16 }, (_, i) => pin(i + 1));
      const answers = await Promise.all(offers.map(async (offer) => store.keep('peer', offer)));
      const kept = await store.get('peer');
      demand(kept !== undefined, 'a pin is kept');
      for (const given of answers) demandSame(given, kept as Pin, 'every caller learns the pin that is kept');
      demand(
        offers.some(({ noiseKey }) => equalBytes(noiseKey, (kept as Pin).noiseKey)),
        'it is one of those offered',
      );
    },
  },
];
