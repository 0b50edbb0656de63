import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createMemoryHomeserver } from '../../src/testing.ts';

const path = fc.constantFrom(
  '/pub/a',
  '/pub/b/1',
  '/pub/b/2',
  '/pub/b.c',
  '/pub/ü',
  '/pub/👋',
  '/pub/\uffee',
);
const step = fc.oneof(
  fc.tuple(fc.constant('put' as const), path, fc.nat({ max: 9 })),
  fc.tuple(fc.constant('delete' as const), path, fc.constant(0)),
);

/** Paths in the order of their bytes. */
const sorted = (paths: Iterable<string>): readonly string[] =>
  [...paths].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));

describe('createMemoryHomeserver', () => {
  it('holds what a map would hold, lists it in byte order in pages of any size, and tells every change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 30 }),
        fc.integer({ min: 1, max: 8 }),
        fc.boolean(),
        async (steps, limit, reverse) => {
          const homeserver = createMemoryHomeserver();
          const alice = { publicKey: new Uint8Array(32).fill(1) };
          const { storage } = await homeserver.signUp(alice, { homeserver: homeserver.publicKey });
          const model = new Map<string, number>();
          const mirror = new Set<string>();
          const changes = storage.watch(alice.publicKey, '/pub/');
          for (const [kind, each, content] of steps) {
            if (kind === 'put') {
              await storage.put(each, Uint8Array.of(content));
              model.set(each, content);
            } else {
              expect(await storage.delete(each)).toBe(model.delete(each));
            }
            if (kind === 'put' || mirror.has(each)) {
              const { value } = await changes.next();
              if (value?.type === 'put') mirror.add(value.path);
              else mirror.delete(value?.path ?? '');
            }
            expect(sorted(mirror)).toEqual(sorted(model.keys()));
          }
          const listed: string[] = [];
          for await (const each of storage.list(alice.publicKey, '/pub/', { limit, reverse }))
            listed.push(each);
          expect(listed).toEqual(reverse ? [...sorted(model.keys())].reverse() : sorted(model.keys()));
          for (const each of model.keys()) {
            expect((await storage.get(alice.publicKey, each))?.bytes).toEqual(
              Uint8Array.of(model.get(each) ?? 0),
            );
          }
        },
      ),
      { numRuns: effort(300) },
    );
  });
});
