import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../../tooling/scripts/ensure-built.mjs';
import { identity, token } from '../identities.ts';
import { live } from './program.ts';

/** As many blocks as a shell lets a file have: some dozens of kilobytes. */
const BLOCKS = 40;

/** A file may grow so far and no further: the nearest to a full disk that needs no disk. */
const limited = (line: readonly string[]): readonly string[] => [
  'sh',
  '-c',
  `ulimit -f ${BLOCKS}; exec "$@"`,
  'sh',
  ...line,
];

const owner = identity(1);

describe.skipIf(process.platform === 'win32')('a network whose disk is full', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('says so with 507, goes on reading, and has lost nothing when there is room again [Q4]', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paykit-testnet-'));
    const full = await live(['--folder', folder], limited);
    const body = await token(owner, undefined, Date.now());
    const signedUp = await fetch(`${full.url}/signup`, { method: 'POST', body });
    const cookie = signedUp.headers.get('set-cookie')?.split(';')[0] ?? '';
    const headers = { 'pubky-host': owner.key, cookie };
    const put = async (url: string, path: string, content: string) =>
      (await fetch(`${url}${path}`, { method: 'PUT', body: content, headers })).status;
    // The content itself is too long.
    expect(await put(full.url, '/pub/long', 'x'.repeat(200_000))).toBe(507);
    // The journal grows until it may not.
    const kept: string[] = [];
    for (;;) {
      const path = `/pub/${kept.length}`;
      const status = await put(full.url, path, path);
      if (status === 507) break;
      expect(status).toBe(201);
      kept.push(path);
    }
    expect(kept.length).toBeGreaterThan(10);
    expect(await put(full.url, '/pub/more', 'x')).toBe(507);
    const verify = async (url: string) => {
      for (const path of kept) expect(await (await fetch(`${url}${path}`, { headers })).text()).toBe(path);
      for (const path of ['/pub/long', '/pub/more', `/pub/${kept.length}`]) {
        expect((await fetch(`${url}${path}`, { headers })).status).toBe(404);
      }
    };
    await verify(full.url);
    full.child.kill('SIGKILL');
    await once(full.child, 'exit');
    const roomy = await live(['--folder', folder]);
    await verify(roomy.url);
    expect(await put(roomy.url, '/pub/more', 'x')).toBe(201);
    roomy.child.kill('SIGTERM');
    expect(await once(roomy.child, 'exit')).toEqual([0, null]);
    await rm(folder, { recursive: true });
  });
});
