import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { OWNER, scriptedHomeserver } from '../fetch-homeserver.ts';
import { turns } from '../turns.ts';
import { createModelServer } from './model-server.ts';

const path = fc.constantFrom('/pub/a/1', '/pub/a/2', '/pub/a/3', '/pub/a/b/4', '/pub/other');
type Server = ReturnType<typeof createModelServer>;

/** Something that happens to the server, or time that goes by. */
const step = fc.oneof(
  path.map((each) => (server: Server) => server.put(each)),
  path.map((each) => (server: Server) => server.delete(each)),
  fc.constant((server: Server) => server.breakStreams()),
  fc
    .constantFrom('working' as const, 'failing' as const, 'missing' as const)
    .map((events) => (server: Server) => {
      server.events = events;
      server.breakStreams();
    }),
  fc.constantFrom(undefined, 500, 429).map((failing) => (server: Server) => {
    server.failing = failing;
  }),
  fc.integer({ min: 0, max: 60_000 }),
);

describe('watch', () => {
  it('never loses a change: whoever follows it ends up with what the server has [I3]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.boolean(), async (steps, events) => {
        const server = createModelServer();
        server.put('/pub/a/1');
        const { homeserver, clock } = scriptedHomeserver((request) => server.answer(request));
        const changes = homeserver.storage.watch(OWNER, '/pub/a/', { events, present: true });
        const mirror = new Map<string, string | undefined>();
        const follow = async (): Promise<void> => {
          for await (const { type, path: changed, etag } of changes) {
            if (type === 'put') mirror.set(changed, etag);
            else expect(mirror.delete(changed)).toBe(true);
          }
        };
        const following = follow();
        const shouldAgree = (): void => {
          const expected = [...server.files].filter(([each]) => each.startsWith('/pub/a/')).sort();
          expect([...mirror].sort()).toEqual(expected);
        };
        await turns(150);
        for (const each of steps) {
          if (typeof each === 'number') clock.advance(each);
          else each(server);
          await turns(150);
          // While a stream is open nothing has to be waited for.
          if (server.openStreams > 0) shouldAgree();
        }
        server.failing = undefined;
        // A stream may be open or not; at the latest its silence makes everything be read anew.
        for (let round = 0; round < 3; round++) {
          clock.advance(46_000);
          await turns(300);
        }
        shouldAgree();
        await changes.return?.();
        await following;
        expect([clock.pending, server.openStreams]).toEqual([0, 0]);
      }),
      { numRuns: effort(300) },
    );
  });
});
