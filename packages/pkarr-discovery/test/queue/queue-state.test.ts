import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  MAX_PUBLISHED_MARKS,
  MAX_QUEUE_BYTES,
  MAX_QUEUED_PUBLICATIONS,
  MAX_QUEUED_REVOCATIONS,
} from '../../src/constants.ts';
import type { Publication } from '../../src/publications/publication.ts';
import { allEnqueued } from '../../src/queue/enqueuing.ts';
import { queueCodec } from '../../src/queue/queue-codec.ts';
import { delivered, EMPTY_QUEUE, nextDelivery, type QueueState } from '../../src/queue/queue-state.ts';
import { filled, thrownBy } from '../bytes.ts';
import { enqueued } from './queued.ts';

const RECORD = 'v=1;k=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=;ts=';

function publication(device: string, kind: 'key' | 'revocation' = 'key', seconds = 1): Publication {
  return { identity: filled(9), device, kind, record: `${RECORD}${seconds}` };
}

function filledUp(count: number, kind: 'key' | 'revocation'): QueueState {
  const devices = Array.from({ length: count }, (_, number) => `${kind}${number}`);
  return devices.reduce((state, device) => enqueued(state, publication(device, kind), ['a'], 0), EMPTY_QUEUE);
}

describe('enqueued', () => {
  it('[O5] [F3] has an end, and says so; what takes the place of something older still fits', () => {
    const full = filledUp(MAX_QUEUED_PUBLICATIONS, 'key');
    expect(thrownBy(() => enqueued(full, publication('one-more'), ['a'], 0))).toMatchObject({
      code: 'DISCOVERY_QUEUE_FULL',
      retryable: true,
      context: { queued: 256, maximum: 256 },
    });
    const newer = enqueued(full, publication('key0', 'key', 2), ['a'], 0);
    expect(newer.deliveries).toHaveLength(256);
  });

  it('[O4] [O5] keeps room for revocations when it is full', () => {
    let state = filledUp(MAX_QUEUED_PUBLICATIONS, 'key');
    for (let number = 0; number < MAX_QUEUED_REVOCATIONS; number++) {
      state = enqueued(state, publication(`r${number}`, 'revocation'), ['a'], 0);
    }
    expect(thrownBy(() => enqueued(state, publication('r', 'revocation'), ['a'], 0)).code).toBe(
      'DISCOVERY_QUEUE_FULL',
    );
    // The fullest queue there can be still fits the store.
    const longest = { ...state, published: marksOf(MAX_PUBLISHED_MARKS).published };
    expect(queueCodec.encode(longest).length).toBeLessThan(MAX_QUEUE_BYTES * 0.7);
  });
});

describe('allEnqueued', () => {
  const revoking = (number: number): readonly Publication[] => [
    publication(`r${number}`, 'revocation'),
    publication(`s${number}`),
  ];
  const put = (state: QueueState, batch: readonly Publication[]): QueueState =>
    allEnqueued(state, batch, () => ['a'], 0);

  it('[O4] [O5] keeps room for what comes with a revocation, such as its successor, when it is full', () => {
    let state = filledUp(MAX_QUEUED_PUBLICATIONS, 'key');
    for (let number = 0; number < MAX_QUEUED_REVOCATIONS / 2; number++) state = put(state, revoking(number));
    expect(state.deliveries).toHaveLength(MAX_QUEUED_PUBLICATIONS + MAX_QUEUED_REVOCATIONS);
    expect(queueCodec.decode(queueCodec.encode(state))).toEqual(state);
    expect(thrownBy(() => put(state, revoking(99))).code).toBe('DISCOVERY_QUEUE_FULL');
    // Nothing else may take it.
    expect(thrownBy(() => put(state, [publication('one-more')])).code).toBe('DISCOVERY_QUEUE_FULL');
  });

  it('[O5] queues all of them or none', () => {
    const state = filledUp(MAX_QUEUED_PUBLICATIONS - 1, 'key');
    expect(thrownBy(() => put(state, [publication('one'), publication('two')])).code).toBe(
      'DISCOVERY_QUEUE_FULL',
    );
    expect(put(state, [publication('one'), publication('one', 'key', 2)]).deliveries).toHaveLength(256);
  });
});

function marksOf(count: number): QueueState {
  let state = EMPTY_QUEUE;
  for (let number = 0; number < count; number++) {
    const about = { identity: filled(9), device: `d${number}` };
    const each: Publication = number === 5 ? { ...about, kind: 'retirement' } : publication(about.device);
    state = enqueued(state, each, ['a'], number);
    state = delivered(state, nextDelivery(state, 'a')!, number, 0);
  }
  return state;
}

describe('delivered', () => {
  it('[O4] [O5] remembers of as many devices as one ledger can tell 16 targets of, and forgets retired ones first', () => {
    expect(MAX_PUBLISHED_MARKS).toBe(16 * 65);
    const devices = marksOf(MAX_PUBLISHED_MARKS + 2).published.map(({ device }) => device);
    expect(devices).toHaveLength(MAX_PUBLISHED_MARKS);
    expect(devices).not.toContain('d5');
    expect(devices).not.toContain('d0');
    expect(devices).toContain('d1');
  });
});

describe('queueCodec', () => {
  const text = new TextDecoder().decode(queueCodec.encode(filledUp(2, 'key')));

  it.each([
    ['one number for two', text.replace('"id":1', '"id":0')],
    ['a number that is still to come', text.replace('"nextId":2', '"nextId":1')],
    ['a record without a time', text.replace('ts=1', 'tt=1')],
    ['a record that is none', text.replace('v=1', 'v=2')],
    ['another order', text.replace('"attempts":0,"notBeforeMs":0', '"notBeforeMs":0,"attempts":0')],
  ])('[F3] refuses %s', (_, changed) => {
    expect(changed).not.toBe(text);
    expect(thrownBy(() => queueCodec.decode(encodeUtf8(changed))).code).toBe('DISCOVERY_DOCUMENT_MALFORMED');
  });
});

describe('enqueued after a retirement', () => {
  it('[O3] [S2.3] remembers through a retirement how new the record before it was', () => {
    let state = EMPTY_QUEUE;
    const retired: Publication = { identity: filled(9), device: 'd', kind: 'retirement' };
    for (const each of [publication('d', 'key', 5), retired]) {
      state = enqueued(state, each, ['a'], 0);
      state = delivered(state, nextDelivery(state, 'a')!, 0, 0);
    }
    expect(enqueued(state, publication('d', 'key', 3), ['a'], 0)).toBe(state);
    expect(enqueued(state, publication('d', 'key', 6), ['a'], 0).deliveries).toHaveLength(1);
  });
});
