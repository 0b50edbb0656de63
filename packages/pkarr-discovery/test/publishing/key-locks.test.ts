import { describe, expect, it } from 'vitest';
import { KeyLocks } from '../../src/publishing/key-locks.ts';
import { filled } from '../bytes.ts';

const KEY = filled(1);
const patient = (turn: Promise<void>): Promise<void> => turn;

/** Something that is over when told so. */
function gate(): { readonly open: () => void; readonly opened: Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

describe('KeyLocks', () => {
  it('lets one at a time have a key, in the order they came in, and keeps nothing', async () => {
    const locks = new KeyLocks();
    const events: string[] = [];
    const work = (name: string) => async (): Promise<string> => {
      events.push(`${name} begins`);
      await settled();
      events.push(`${name} ends`);
      return name;
    };
    const all = ['a', 'b', 'c'].map((name) => locks.with(KEY, patient, work(name)));
    expect(locks.size).toBe(1);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    await settled();
    expect(locks.size).toBe(0);
  });

  it('does not make other keys wait', async () => {
    const locks = new KeyLocks();
    const first = gate();
    const held = locks.with(KEY, patient, () => first.opened);
    expect(await locks.with(filled(2), patient, async () => 'other')).toBe('other');
    first.open();
    await held;
  });

  it('goes on after work that fails', async () => {
    const locks = new KeyLocks();
    const failing = locks.with(KEY, patient, async () => {
      throw new Error('broken');
    });
    const next = locks.with(KEY, patient, async () => 'next');
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('next');
  });

  it('[T2] lets whoever gives up waiting go, without letting others in too early', async () => {
    const locks = new KeyLocks();
    const first = gate();
    const events: string[] = [];
    const held = locks.with(KEY, patient, () => first.opened);
    const impatient = locks.with(
      KEY,
      () => Promise.reject(new Error('gave up')),
      async () => events.push('never'),
    );
    const last = locks.with(KEY, patient, async () => events.push('last'));
    await expect(impatient).rejects.toThrow('gave up');
    await settled();
    expect(events).toEqual([]);
    const later = locks.with(KEY, patient, async () => events.push('later'));
    first.open();
    await Promise.all([held, last, later]);
    expect(events).toEqual(['last', 'later']);
    await settled();
    expect(locks.size).toBe(0);
  });

  it('keeps nothing if the last in a queue gives up', async () => {
    const locks = new KeyLocks();
    const first = gate();
    const held = locks.with(KEY, patient, () => first.opened);
    const impatient = locks.with(KEY, () => Promise.reject(new Error('gave up')), settled);
    await expect(impatient).rejects.toThrow('gave up');
    await settled();
    // The one who has the key still has it.
    expect(locks.size).toBe(1);
    first.open();
    await held;
    await settled();
    expect(locks.size).toBe(0);
  });
});
