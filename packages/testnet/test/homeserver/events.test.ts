import { contentEtag, parseEventPage } from '@pubky-paykit/homeserver/wire';
import { describe, expect, it } from 'vitest';
import { eventsBehind, readEventStreamQuery } from '../../src/homeserver/event-query.ts';
import type { Testnet } from '../../src/index.ts';
import { type Account, account, identity } from '../identities.ts';
import { networks, stoppedClock, until } from '../networks.ts';

const { start, folder } = networks();
const alice = identity(1);
const bob = identity(2);
const HASH = contentEtag(new TextEncoder().encode('x'));

async function page({ homeserver }: Testnet, query = '') {
  const response = await fetch(`${homeserver.url}/events/${query}`);
  return { status: response.status, text: await response.text() };
}

/** One message of a stream, as it stands on the wire. */
function message({ key }: { key: string }, type: 'PUT' | 'DEL', path: string, cursor: number): string {
  const hash = type === 'PUT' ? `data: content_hash: ${HASH}\n` : '';
  return `event: ${type}\ndata: pubky://${key}${path}\ndata: cursor: ${cursor}\n${hash}\n`;
}

async function write(who: Account, ...paths: string[]): Promise<void> {
  for (const path of paths) await who.send('PUT', path, { body: 'x' });
}

/** A stream that is read as it comes. */
async function follow({ homeserver }: Testnet, query: string) {
  const leave = new AbortController();
  const response = await fetch(`${homeserver.url}/events-stream?${query}`, { signal: leave.signal });
  let text = '';
  let ended = false;
  const reading = (async () => {
    try {
      for await (const piece of response.body ?? []) text += Buffer.from(piece).toString();
    } catch {
      // Left, or cut.
    }
    ended = true;
  })();
  return {
    response,
    text: () => text,
    isOver: () => ended,
    async leave() {
      leave.abort();
      await reading;
    },
  };
}

describe('GET /events/', () => {
  it('tells what happened, to everybody, behind a cursor', async () => {
    const testnet = await start();
    expect(await page(testnet)).toEqual({ status: 200, text: '' });
    const [own, other] = [await account(testnet, alice), await account(testnet, bob)];
    await write(own, '/pub/a', '/pub/a');
    await write(other, '/pub/b');
    await own.send('DELETE', '/pub/a');
    await own.send('DELETE', '/pub/a');
    const lines = [
      `PUT pubky://${alice.key}/pub/a`,
      `PUT pubky://${alice.key}/pub/a`,
      `PUT pubky://${bob.key}/pub/b`,
      `DEL pubky://${alice.key}/pub/a`,
    ];
    expect((await page(testnet)).text).toBe([...lines, 'cursor: 4'].join('\n'));
    expect((await page(testnet, '?cursor=2&limit=1')).text).toBe([lines[2], 'cursor: 3'].join('\n'));
    expect((await page(testnet, '?cursor=4')).text).toBe('');
    expect((await page(testnet, '?cursor=999')).text).toBe('');
    expect(parseEventPage((await page(testnet)).text, 10).events).toHaveLength(4);
  });

  it.each(['?cursor=x', '?cursor=-1', '?cursor=1.5', '?reverse=maybe'])('refuses %s', async (query) => {
    expect((await page(await start(), query)).status).toBe(400);
  });

  it('says nothing of what was refused', async () => {
    const testnet = await start({ homeserver: { quotaBytes: 300 } });
    const own = await account(testnet, alice);
    expect((await own.send('PUT', '/pub/a', { body: 'x'.repeat(100) })).status).toBe(507);
    expect((await page(testnet)).text).toBe('');
  });

  it('counts on after a restart', async () => {
    const path = await folder();
    const before = await start({ folder: path });
    const { cookie } = await account(before, alice);
    const put = ({ homeserver }: Testnet) =>
      fetch(`${homeserver.url}/pub/a`, {
        method: 'PUT',
        body: 'x',
        headers: { cookie, 'pubky-host': alice.key },
      });
    await put(before);
    await before.close();
    const testnet = await start({ folder: path });
    await put(testnet);
    expect((await page(testnet, '?cursor=1')).text).toBe(`PUT pubky://${alice.key}/pub/a\ncursor: 2`);
  });
});

describe('GET /events-stream', () => {
  it('tells the past of some users and ends', async () => {
    const testnet = await start();
    const [own, other] = [await account(testnet, alice), await account(testnet, bob)];
    await write(own, '/pub/a', '/pub/b/c');
    await write(other, '/pub/a');
    await own.send('DELETE', '/pub/a');
    const get = async (query: string) => {
      const response = await fetch(`${testnet.homeserver.url}/events-stream?${query}`);
      expect(response.headers.get('content-type')).toBe('text/event-stream');
      return response.text();
    };
    const all = [
      message(alice, 'PUT', '/pub/a', 1),
      message(alice, 'PUT', '/pub/b/c', 2),
      message(bob, 'PUT', '/pub/a', 3),
      message(alice, 'DEL', '/pub/a', 4),
    ];
    const some = (...which: number[]) => which.map((index) => all[index]).join('');
    expect(await get(`user=${alice.key}`)).toBe(some(0, 1, 3));
    expect(await get(`user=${alice.key}&user=${bob.key}`)).toBe(some(0, 1, 2, 3));
    expect(await get(`user=${alice.key}:1&user=${bob.key}:3`)).toBe(some(1, 3));
    expect(await get(`user=${alice.key}&limit=2`)).toBe(some(0, 1));
    expect(await get(`user=${alice.key}&reverse=true`)).toBe(some(3, 1, 0));
    expect(await get(`user=${alice.key}:4&reverse=1&limit=1`)).toBe(some(1));
    expect(await get(`user=${alice.key}&path=/pub/b/`)).toBe(some(1));
    expect(await get(`user=${alice.key}&path=pub/a`)).toBe(some(0, 3));
    expect(await get(`user=${alice.key}&path=/`)).toBe(some(0, 1, 3));
  });

  it('goes on with the present, until its limit', async () => {
    const testnet = await start();
    const [own, other] = [await account(testnet, alice), await account(testnet, bob)];
    await write(own, '/pub/a');
    const stream = await follow(testnet, `user=${alice.key}&live=true&limit=3`);
    await until(() => stream.text() === message(alice, 'PUT', '/pub/a', 1));
    await write(other, '/pub/a');
    await write(own, '/pub/b', '/pub/c', '/pub/d');
    await until(stream.isOver);
    expect(stream.text()).toBe(
      [
        message(alice, 'PUT', '/pub/a', 1),
        message(alice, 'PUT', '/pub/b', 3),
        message(alice, 'PUT', '/pub/c', 4),
      ].join(''),
    );
  });

  it('shows that it lives when nothing happens, and leaves nothing behind', async () => {
    const clock = stoppedClock();
    const testnet = await start({ clock });
    await account(testnet, alice);
    const { pending } = clock;
    const stream = await follow(testnet, `user=${alice.key}&live=true`);
    await until(() => clock.pending > pending);
    clock.advance(15_000);
    await until(() => stream.text() === ':\n\n');
    await stream.leave();
    await until(() => clock.pending === pending);
  });

  it('ends when the network closes', async () => {
    const clock = stoppedClock();
    const testnet = await start({ clock });
    await account(testnet, alice);
    const streams = await Promise.all([1, 2, 3].map(() => follow(testnet, `user=${alice.key}&live=1`)));
    await testnet.close();
    await until(() => streams.every((stream) => stream.isOver()));
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['', 400],
    ['user=', 400],
    ['user=nobody', 400],
    [`user=${alice.key}:x`, 400],
    [`user=${alice.key}:`, 400],
    [`user=${alice.key}:-1`, 400],
    [`user=pubky${alice.key}`, 400],
    [`user=${alice.key}&limit=many`, 400],
    [`user=${alice.key}&limit=65536`, 400],
    [`user=${alice.key}&live=true&reverse=true`, 400],
    [`user=${alice.key}&path=/pub/../x`, 400],
    [`user=${alice.key}&path=%00`, 400],
    [Array.from({ length: 51 }, () => `user=${alice.key}`).join('&'), 400],
    [`user=${alice.key}`, 404],
  ])('answers ?%s with its status', async (query, status) => {
    const { homeserver } = await start();
    expect((await fetch(`${homeserver.url}/events-stream?${query}`)).status).toBe(status);
  });
});

describe('readEventStreamQuery', () => {
  it('takes fifty users, and the last cursor of each', () => {
    const users = Array.from({ length: 49 }, (_, index) => `user=${alice.key}:${index}`);
    const { users: cursors } = readEventStreamQuery([...users, `user=${bob.key}`].join('&'));
    expect([...cursors]).toEqual([
      [alice.key, 48],
      [bob.key, undefined],
    ]);
  });
});

describe('eventsBehind', () => {
  const event = (id: number) => ({ id, type: 'PUT', user: 'u', path: '/pub/a' }) as const;

  it('starts at the oldest there is, and sees what comes and goes meanwhile', () => {
    const events = [5, 6, 7].map(event);
    const seen: number[] = [];
    for (const { id } of eventsBehind(events, 0)) {
      seen.push(id);
      if (id === 6) events.push(event(8));
      if (id === 7) events.splice(0, 2);
    }
    expect(seen).toEqual([5, 6, 7, 8]);
  });

  it('ends at a gap', () => {
    const events = [1, 2, 3, 4].map(event);
    const seen: number[] = [];
    for (const { id } of eventsBehind(events, 0)) {
      seen.push(id);
      events.splice(0, 3);
    }
    expect(seen).toEqual([1]);
  });
});
