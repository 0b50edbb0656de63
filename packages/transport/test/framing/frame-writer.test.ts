import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { writeFrame } from '../../src/framing/frame-writer.ts';
import { scriptedStream } from '../../src/testing.ts';
import { codeOf, frame, pattern } from '../bytes.ts';

const deadline = () => new Deadline({ clock: new ManualClock(), what: 'writing', afterMs: 10 });

describe('writeFrame', () => {
  it('[W-60] writes length and body in one piece', async () => {
    const stream = scriptedStream();
    await writeFrame(stream, pattern(300), deadline());
    expect(stream.written).toEqual([frame(pattern(300))]);
  });

  it('puts the octet before the frame, in the same piece', async () => {
    const stream = scriptedStream();
    await writeFrame(stream, pattern(48), deadline(), { octet: 0 });
    expect(stream.written).toEqual([Uint8Array.of(0, ...frame(pattern(48)))]);
  });

  it('says TRANSPORT_CONNECTION_LOST when the stream refuses', async () => {
    const stream = { ...scriptedStream(), write: () => Promise.reject(new Error('broken')) };
    expect(await codeOf(writeFrame(stream, pattern(1), deadline()))).toBe('TRANSPORT_CONNECTION_LOST');
  });
});
