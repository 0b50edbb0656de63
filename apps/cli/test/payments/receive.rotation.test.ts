import { hex } from 'pubky-paykit';
import { beforeEach, describe, expect, it } from 'vitest';
import { runPublish } from '../../src/keys/publish.ts';
import { localNetwork, temporaryFolder } from '../home/command-run.ts';
import { type KEYED, payToKey } from './dialling-a-key.ts';
import { networkOf, publishedText } from './directory.ts';
import { createPublished, type Person } from './people.ts';
import { createStandingClock } from './standing-clock.ts';

const folder = temporaryFolder();
const network = localNetwork();
const DAY_MS = 86_400_000;
const BROKEN_OFF = /^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/;
/** What a payee says of a first message that is for none of its keys. */
const REFUSED = { event: 'connection-failed', reason: 'NOISE_DECRYPT_FAILED' };
const PATTERNS = ['IK', 'IK-raw', 'N'] as const satisfies readonly (keyof typeof KEYED)[];
const endpoint = () => publishedText(networkOf(network), payee.identity);
let payee: Person;
let payer: Person;

type Line = Readonly<Record<string, unknown>>;

/** Listens to results, and resolves with the next line of which something is so. */
function lines() {
  const waiting = new Set<(line: Line) => void>();
  return {
    onWritten(text: string) {
      for (const hear of [...waiting]) hear(JSON.parse(text) as Line);
    },
    next: (expected: Line) =>
      new Promise<Line>((resolve) => {
        const hear = (line: Line): void => {
          if (!Object.entries(expected).every(([name, value]) => line[name] === value)) return;
          waiting.delete(hear);
          resolve(line);
        };
        waiting.add(hear);
      }),
  };
}

describe('runReceive while keys are replaced', () => {
  beforeEach(async () => {
    payee = await createPublished(folder.path, 'payee', network.environment);
    payer = await createPublished(folder.path, 'payer', network.environment);
  });

  it('replaces its key in time, answers the former one for the overlap and not longer, and says so [O3] [O4]', async () => {
    const clock = createStandingClock();
    const heard = lines();
    const options = { clock, onWritten: heard.onWritten };
    const receiving = await payee.receive(['--patterns', 'ik,ik-raw,n,xx'], options);
    const former = hex.decode(receiving.line.noiseKey);
    const changed = heard.next({ event: 'key-changed' });
    clock.jump(91 * DAY_MS);
    clock.release();
    const { noiseKey } = await changed;
    expect(noiseKey).not.toBe(receiving.line.noiseKey);
    expect(await endpoint()).toBe(`noise://${receiving.line.address}@${noiseKey}`);

    // A payer whose key is as old finds it replaced as well; what it knows of the payee it has from before.
    expect((await payer.run(runPublish, [], { clock })).error).toBeUndefined();
    const dialled = { payer, payee, receiving, clock };
    const current = hex.decode(String(noiseKey));
    for (const remoteStatic of [former, current]) {
      for (const pattern of PATTERNS) {
        const noted = heard.next({ event: pattern === 'N' ? 'unverified-request' : 'payment' });
        expect(await payToKey({ ...dialled, pattern, remoteStatic })).toBe(
          pattern === 'N' ? 'sent' : 'confirmed',
        );
        await noted;
      }
    }
    const connected = receiving.events().filter(({ event }) => event === 'connected');
    expect(connected.map(({ formerKey = false }) => formerKey)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);

    clock.jump(7 * DAY_MS + 60_000);
    for (const pattern of ['IK', 'IK-raw'] as const) {
      const failed = heard.next(REFUSED);
      expect(await payToKey({ ...dialled, pattern, remoteStatic: former })).toMatch(BROKEN_OFF);
      await failed;
    }
    const failed = heard.next(REFUSED);
    await payToKey({ ...dialled, pattern: 'N', remoteStatic: former });
    await failed;
    expect(await payToKey({ ...dialled, pattern: 'IK', remoteStatic: current })).toBe('confirmed');

    expect((await receiving.interrupt()).error).toBeUndefined();
    expect(await endpoint()).toBeUndefined();
    expect(receiving.events().at(-1)).toEqual({ event: 'closed', withdrawn: true, left: [] });
  });

  it('is paid by who looks it up then by the new key, at the address that names it [O4]', async () => {
    const clock = createStandingClock();
    const heard = lines();
    const receiving = await payee.receive([], { clock, onWritten: heard.onWritten });
    const changed = heard.next({ event: 'key-changed' });
    clock.jump(91 * DAY_MS);
    clock.release();
    const { noiseKey } = await changed;
    const { output, error } = await payer.pay(payee.identity, [], { clock });
    expect(error).toBeUndefined();
    expect(JSON.parse(output)).toMatchObject({ outcome: 'confirmed', key: { noiseKey } });
    await receiving.interrupt();
  });
});
