import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../../../tooling/scripts/ensure-built.mjs';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type Identity, identity, token } from '../identities.ts';
import { type Life, live } from './program.ts';

const WRITERS = 6;
/** Writes acknowledged in one life, at most. */
const WRITES = 60;
const NAMES = 40;
const LONGEST = 30_000;

/** What a name may hold: one content if its last write was acknowledged, several if nobody knows. `''` is no file. */
type Expected = Map<string, readonly string[]>;

function random(below: number): number {
  return Math.floor(Math.random() * below);
}

/** Signs up; undefined if nobody knows whether that worked. */
async function signUp({ url }: Life, who: Identity): Promise<string | undefined> {
  try {
    const body = await token(who, undefined, Date.now());
    const response = await fetch(`${url}/signup`, { method: 'POST', body });
    return response.headers.get('set-cookie')?.split(';')[0];
  } catch {
    return undefined;
  }
}

/** Writes until it is killed, at a moment nobody has chosen. */
async function writeUntilKilled(
  { child, url }: Life,
  headers: Record<string, string>,
  expected: Expected,
): Promise<number> {
  const killAt = 1 + random(WRITES);
  let acknowledged = 0;
  let dead = false;
  const kill = async (): Promise<void> => {
    // The other writers get a few turns more, each to another place of its request.
    for (let turn = random(40); turn > 0; turn--) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    dead = true;
  };
  const write = async (writer: number): Promise<void> => {
    for (let turn = 0; !dead; turn++) {
      // Each has names of its own: two writes of one name at once have no order that anybody knows.
      const path = `/pub/kill/${writer}/${random(NAMES)}`;
      const before = expected.get(path) ?? [''];
      const content = random(5) === 0 ? '' : `${path}#${turn}#${Math.random()}`.padEnd(random(LONGEST), '.');
      expected.set(path, [...before, content]);
      try {
        const method = content === '' ? 'DELETE' : 'PUT';
        const body = content === '' ? null : content;
        const { status } = await fetch(`${url}${path}`, { method, headers, body });
        const done = content === '' ? [204, 404] : [201];
        if (!done.includes(status)) throw new Error(`${method} was answered with ${status}`);
        expected.set(path, [content]);
        acknowledged += 1;
        if (acknowledged === killAt) await kill();
      } catch (error) {
        if (!dead && !(error instanceof TypeError)) throw error;
        // Killed in the middle: before or after, nobody knows.
        return;
      }
    }
  };
  const gone = once(child, 'exit');
  await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  await gone;
  return acknowledged;
}

async function verify({ url }: Life, key: string, expected: Expected): Promise<void> {
  const headers = { 'pubky-host': key };
  const check = async ([path, contents]: readonly [string, readonly string[]]): Promise<void> => {
    const response = await fetch(`${url}${path}`, { headers });
    const content = response.status === 404 ? '' : await response.text();
    if (!contents.includes(content)) {
      throw new Error(`${path} holds ${content.slice(0, 60)} (${content.length}), not what was acknowledged`);
    }
    // Now it is known.
    expected.set(path, [content]);
  };
  const rest = [...expected].values();
  const reader = async (): Promise<void> => {
    for (const entry of rest) await check(entry);
  };
  await Promise.all(Array.from({ length: WRITERS }, reader));
}

async function listAll({ url }: Life, key: string): Promise<string[]> {
  const response = await fetch(`${url}/pub/kill/?limit=1000`, { headers: { 'pubky-host': key } });
  const text = response.status === 404 ? '' : await response.text();
  return text === '' ? [] : text.split('\n').map((line) => line.replace(`pubky://${key}`, ''));
}

describe('a network that is killed in the middle of writes', () => {
  beforeAll(async () => expect(await ensureBuilt()).toBe(0), 300_000);

  it('loses nothing that was acknowledged, and starts again, fifty times [Q4] [T2]', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paykit-testnet-'));
    const owner = identity(1);
    const expected: Expected = new Map();
    const cookies = new Map<string, string>();
    let cookie: string | undefined;
    let acknowledged = 0;
    const rounds = effort(50);
    for (let round = 0; round <= rounds; round++) {
      const life = await live(['--folder', folder]);
      for (const [key, theirs] of cookies) {
        const headers = { 'pubky-host': key, cookie: theirs };
        expect((await fetch(`${life.url}/session`, { headers })).status).toBe(200);
      }
      await verify(life, owner.key, expected);
      const present = [...expected].filter(([, [content]]) => content !== '').map(([path]) => path);
      expect((await listAll(life, owner.key)).sort()).toEqual(present.sort());
      if (round === rounds) {
        life.child.kill('SIGTERM');
        expect(await once(life.child, 'exit')).toEqual([0, null]);
        break;
      }
      cookie ??= await signUp(life, owner);
      const headers = { 'pubky-host': owner.key, cookie: cookie ?? '' };
      const other = identity(2 + round);
      const signingUp = signUp(life, other);
      acknowledged += await writeUntilKilled(life, headers, expected);
      const theirs = await signingUp;
      if (theirs !== undefined) cookies.set(other.key, theirs);
    }
    expect(acknowledged).toBeGreaterThan(rounds);
    // Every content that was replaced, or never acknowledged, is gone.
    const kept = [...expected.values()].filter(([content]) => content !== '').length;
    expect(await readdir(join(folder, 'bodies'))).toHaveLength(kept);
    await rm(folder, { recursive: true });
  }, 240_000);
});
