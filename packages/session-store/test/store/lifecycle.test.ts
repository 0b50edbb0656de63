import { describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/store/lifecycle.ts';
import { rejectionOf } from '../outcome.ts';

describe('Lifecycle', () => {
  it('releases once, after all calls under way, failed ones too', async () => {
    const lifecycle = new Lifecycle();
    const order: string[] = [];
    let finish = (): void => {};
    const slow = lifecycle.run(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    const failing = lifecycle.run(() => Promise.reject(new Error('no')));
    const release = async () => {
      order.push('released');
    };
    const closing = Promise.all([lifecycle.close(release), lifecycle.close(release)]);
    expect(await rejectionOf(failing)).toMatchObject({ message: 'no' });
    order.push('finishing');
    finish();
    await slow;
    await closing;
    expect(order).toEqual(['finishing', 'released']);
  });

  it('names the first reason why it refuses', async () => {
    const lifecycle = new Lifecycle();
    lifecycle.refuse('the first');
    lifecycle.refuse('the second');
    await lifecycle.close(async () => {});
    expect(await rejectionOf(lifecycle.run(async () => 1))).toMatchObject({
      code: 'STORE_CLOSED',
      context: { because: 'the first' },
    });
  });

  it('tells everybody who closes when releasing fails, and nobody else', async () => {
    const lifecycle = new Lifecycle();
    const failure = new Error('no');
    lifecycle.close(() => Promise.reject(failure));
    expect(await rejectionOf(lifecycle.close(async () => {}))).toBe(failure);
  });
});
