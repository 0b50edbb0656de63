import { describe, expect, it } from 'vitest';
import type { StorageChange, WatchOptions } from '../../src/index.ts';
import { OWNER, scriptedHomeserver } from '../fetch-homeserver.ts';
import { rejectedCodeOf } from '../thrown.ts';
import { turns } from '../turns.ts';
import { createModelServer } from './model-server.ts';

/** A watch that is read all the time, and what it has told. */
function watching(options: WatchOptions = {}, path = '/pub/a/') {
  const server = createModelServer();
  const world = scriptedHomeserver((request) => server.answer(request));
  const told: string[] = [];
  const changes = world.homeserver.storage.watch(OWNER, path, options);
  let ended: unknown;
  const read = async (): Promise<void> => {
    for (let next = await changes.next(); !next.done; next = await changes.next())
      told.push(shown(next.value));
    ended = 'done';
  };
  const start = (): void => {
    read().catch((error) => {
      ended = error.code;
    });
  };
  return { ...world, server, changes, start, told, ended: () => ended };
}

const shown = ({ type, path }: StorageChange): string => `${type} ${path}`;

describe('watch', () => {
  it('tells nothing of what was there before, unless asked to', async () => {
    for (const present of [false, true]) {
      const { server, start, told } = watching({ present });
      server.put('/pub/a/1');
      server.put('/pub/b/1');
      start();
      await turns(100);
      expect(told).toEqual(present ? ['put /pub/a/1'] : []);
    }
  });

  it('tells changes by events as they happen, without a single poll', async () => {
    const { server, start, told, seen } = watching();
    start();
    await turns(100);
    const asked = seen.length;
    server.put('/pub/a/1');
    server.put('/pub/elsewhere');
    server.put('/pub/a/1');
    server.delete('/pub/a/1');
    await turns();
    expect(told).toEqual(['put /pub/a/1', 'put /pub/a/1', 'delete /pub/a/1']);
    expect(seen).toHaveLength(asked);
  });

  it('polls where there is no event stream, and asks for one only once', async () => {
    const { server, start, told, lines, clock } = watching();
    server.events = 'missing';
    start();
    await turns(100);
    server.put('/pub/a/1');
    for (let step = 0; step < 10; step++) {
      clock.advance(1000);
      await turns(100);
    }
    server.delete('/pub/a/1');
    clock.advance(10_000);
    await turns(100);
    expect(told).toEqual(['put /pub/a/1', 'delete /pub/a/1']);
    expect(lines().filter((line) => line.includes('events-stream'))).toHaveLength(1);
  });

  it('never asks for events if it should not', async () => {
    const { start, lines } = watching({ events: false });
    start();
    await turns(100);
    expect(lines().some((line) => line.includes('events-stream'))).toBe(false);
  });

  it('goes on where a broken stream ended, and tells what happened meanwhile', async () => {
    const { server, start, told, clock } = watching();
    start();
    await turns(100);
    server.breakStreams();
    server.put('/pub/a/1');
    await turns(100);
    expect(told).toEqual([]);
    clock.advance(500);
    await turns(100);
    expect(told).toEqual(['put /pub/a/1']);
    expect(server.openStreams).toBe(1);
    server.put('/pub/a/2');
    await turns(100);
    expect(told).toEqual(['put /pub/a/1', 'put /pub/a/2']);
  });

  it('reads everything anew after 45 seconds of silence, and after five minutes in any case', async () => {
    const { server, start, seen, clock } = watching();
    start();
    await turns(100);
    const asked = seen.length;
    clock.advance(44_999);
    await turns(100);
    expect(seen).toHaveLength(asked);
    clock.advance(1);
    await turns(100);
    clock.advance(500);
    await turns(100);
    expect(seen.length).toBeGreaterThan(asked);
    for (let minute = 0; minute < 10; minute++) {
      server.lie(': still here\n\n');
      clock.advance(30_000);
      await turns(100);
    }
    const before = seen.length;
    clock.advance(1000);
    await turns(100);
    expect(seen.length).toBeGreaterThan(before);
  });

  it.each<[string, string | Uint8Array]>([
    ['a line that never ends', 'x'.repeat(40_000)],
    ['a resource that is none', 'event: PUT\ndata: nonsense\n\n'],
    ['bytes that are not UTF-8', Uint8Array.of(0xff, 0x0a)],
  ])('drops a stream that sends %s, and finds out by itself', async (_, chunk) => {
    const { server, start, told, clock } = watching();
    start();
    await turns(100);
    server.lie(chunk);
    server.put('/pub/a/1');
    await turns(100);
    clock.advance(500);
    await turns(100);
    expect(told).toEqual(['put /pub/a/1']);
  });

  it('tells nothing outside the path, whatever the stream says', async () => {
    const { server, start, told } = watching();
    start();
    await turns(100);
    const event = (path: string) => `event: PUT\ndata: ${server.resource(path)}\ndata: cursor: 9\n\n`;
    server.lie(event('/pub/b/1') + event('/pub/a/../b') + event('/priv/a/1') + event('/pub/a/ok'));
    await turns(100);
    expect(told).toEqual(['put /pub/a/ok']);
  });

  it('waits longer and longer while the server fails, and goes on when it is back', async () => {
    const { server, start, told, clock, seen, ended } = watching({ events: false });
    start();
    await turns(100);
    server.failing = 503;
    for (let step = 0; step < 20; step++) {
      clock.advance(500);
      await turns(100);
    }
    const early = seen.length;
    for (let step = 0; step < 20; step++) {
      clock.advance(500);
      await turns(100);
    }
    expect(seen.length - early).toBeLessThan(6);
    server.failing = undefined;
    server.put('/pub/a/1');
    clock.advance(5000);
    await turns(100);
    expect([told, ended()]).toEqual([['put /pub/a/1'], undefined]);
  });

  it('ends with what a new request would not change', async () => {
    const { server, start, clock, ended } = watching({ events: false });
    start();
    await turns(100);
    server.failing = 403;
    clock.advance(5000);
    await turns(100);
    expect([ended(), clock.pending]).toEqual(['HOMESERVER_FORBIDDEN', 0]);
  });

  it('holds no more files than allowed', async () => {
    for (const events of [false, true]) {
      const { server, start, clock, ended } = watching({ events, maximumFiles: 2 });
      server.put('/pub/a/1');
      start();
      await turns(100);
      server.put('/pub/a/2');
      clock.advance(5000);
      await turns(100);
      expect(ended()).toBeUndefined();
      server.put('/pub/a/3');
      clock.advance(5000);
      await turns(100);
      expect([ended(), clock.pending, server.openStreams]).toEqual(['HOMESERVER_TOO_MANY_FILES', 0, 0]);
    }
  });

  it('leaves nothing behind when it ends, however it ends', async () => {
    for (const events of [false, true]) {
      const controller = new AbortController();
      const aborted = watching({ events, signal: controller.signal });
      aborted.start();
      await turns(100);
      controller.abort();
      await turns();
      expect([aborted.ended(), aborted.clock.pending, aborted.server.openStreams]).toEqual(['done', 0, 0]);

      const left = watching({ events });
      left.start();
      await turns(100);
      await left.changes.return?.();
      await turns();
      expect([left.ended(), left.clock.pending, left.server.openStreams]).toEqual(['done', 0, 0]);
    }
  });

  it('watches one file', async () => {
    const { server, start, told } = watching({}, '/pub/a/1');
    start();
    await turns(100);
    server.put('/pub/a/1');
    server.put('/pub/a/10');
    server.delete('/pub/a/1');
    await turns(100);
    expect(told).toEqual(['put /pub/a/1', 'delete /pub/a/1']);
  });

  it('refuses options that are out of range', async () => {
    const { homeserver } = scriptedHomeserver(() =>
      createModelServer().answer({ url: 'https://x/', method: 'GET' }),
    );
    const { storage } = homeserver;
    for (const options of [
      { minimumIntervalMs: 0 },
      { minimumIntervalMs: 10, maximumIntervalMs: 9 },
      { maximumFiles: 0 },
      { maximumFiles: 100_001 },
    ]) {
      const watch = async () => storage.watch(OWNER, '/pub/a/', options).next();
      expect(await rejectedCodeOf(watch())).toBe('HOMESERVER_BAD_LIMIT');
    }
  });
});
