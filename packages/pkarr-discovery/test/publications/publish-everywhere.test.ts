import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { type Publication, type PublicationTarget, publishEverywhere } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { settled } from '../discovery/fakes.ts';
import { offline } from '../relay-model.ts';

const RETIREMENT: Publication = { kind: 'retirement', identity: filled(1), device: 'phone' };

function target(name: string, publish: PublicationTarget['publish'] = async () => {}): PublicationTarget {
  return { name, publish };
}

describe('publishEverywhere', () => {
  it('publishes to all, and says what came of each [O5]', async () => {
    const seen: Publication[] = [];
    const note = async (publication: Publication) => {
      seen.push(publication);
    };
    const report = await publishEverywhere(
      [
        target('a', note),
        target('b', async () => {
          throw offline();
        }),
        target('c', async () => {
          throw Object.assign(new Error('fault'), { code: 'EIO' });
        }),
        target('d', note),
      ],
      RETIREMENT,
    );
    expect(seen).toEqual([RETIREMENT, RETIREMENT]);
    expect(report.published).toEqual(['a', 'd']);
    expect(report.failed.map(({ target: name, error }) => [name, error.code, error.context])).toEqual([
      ['b', 'DISCOVERY_OFFLINE', { relay: 'model', reason: 'ECONNREFUSED' }],
      ['c', 'DISCOVERY_TARGET_FAILED', { target: 'c', reason: 'EIO' }],
    ]);
  });

  it('says which places of a target still have what was there before [S2.3]', async () => {
    const failed = [{ target: 'second', error: offline('second') }] as never;
    const twofold = target('relays', async (_, { onPartial } = {}) => onPartial?.(failed));
    const report = await publishEverywhere([target('file'), twofold], RETIREMENT);
    expect(report).toEqual({
      published: ['file', 'relays'],
      failed: [],
      partial: [{ target: 'relays', failed }],
    });
  });

  it('waits for a target no longer than it may, and tells it to stop [T2]', async () => {
    const clock = new ManualClock();
    let stopped = false;
    const deaf = target('deaf', (_, { signal } = {}) => {
      signal?.addEventListener('abort', () => {
        stopped = true;
      });
      return new Promise(() => {});
    });
    const report = publishEverywhere([target('a'), deaf], RETIREMENT, { clock, timeoutMs: 500 });
    await settled();
    clock.advance(500);
    expect((await report).failed.map(({ error }) => error.code)).toEqual(['DISCOVERY_TIMED_OUT']);
    expect([(await report).published, stopped, clock.pending]).toEqual([['a'], true, 0]);
  });

  it('ends when its signal says so [T2]', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const deaf = target('deaf', () => new Promise(() => {}));
    const report = publishEverywhere([deaf], RETIREMENT, { signal });
    controller.abort();
    expect((await rejectionOf(report)).code).toBe('DISCOVERY_CANCELLED');
  });

  it('wants targets that can be told apart', async () => {
    await expect(publishEverywhere([], RETIREMENT)).rejects.toThrow(TypeError);
    await expect(publishEverywhere([target('a'), target('a')], RETIREMENT)).rejects.toThrow(TypeError);
  });
});
