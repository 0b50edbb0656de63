import { base64, encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  createDiscovery,
  type DiscoveryOptions,
  type DiscoveryResult,
  type KeyRecordSource,
} from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { clockAt, DEVICE, NOISE_KEY, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { brief, FakeRecords, fakeSource, later, settled } from './fakes.ts';

const OTHER_KEY = filled(9);
const DAY = 86_400n;

type Asking = Omit<Partial<DiscoveryOptions>, 'sources'>;

/** What a discovery with these sources says of the device of N8 A.6, at the second of its record. */
function discover(sources: readonly KeyRecordSource[], asking: Asking = {}): Promise<DiscoveryResult> {
  const { memory } = new FakeRecords();
  const discovery = createDiscovery({ sources, memory, clock: clockAt(STAMPED), ...asking });
  return discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
}

/** The error of a refusal. */
function codeOf(result: DiscoveryResult): string | undefined {
  return 'error' in result ? result.error.code : undefined;
}

async function found(sources: readonly KeyRecordSource[], asking?: Asking) {
  const result = await discover(sources, asking);
  if (result.outcome !== 'found') throw new Error(`the outcome is ${result.outcome}`);
  return result;
}

describe('discoverNoiseKey', () => {
  it('finds a verified, fresh key and says who has it [S2.1] [F1]', async () => {
    const text = await recordText();
    const result = await found([fakeSource('a', []), fakeSource('b', [text]), fakeSource('c', [text])]);
    expect(hex.encode(result.record.noiseKey)).toBe(hex.encode(NOISE_KEY));
    expect(result.record.freshness).toBe('signed');
    expect(result.source).toBe('b');
    expect(brief(result.disagreements)).toEqual(['a absent']);
    expect(result.failed).toEqual([]);
  });

  it('[S2.1] finds the same key in every copy, whatever somebody has made of the `sig` that nobody needs', async () => {
    const text = await recordText();
    const at = text.indexOf(';sig=') + 9;
    const mangled = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    for (const copies of [
      [text, mangled],
      [mangled, text],
    ]) {
      const result = await found(copies.map((copy, index) => fakeSource(`s${index}`, [copy])));
      expect([result.source, result.disagreements]).toEqual(['s0', []]);
    }
  });

  it('takes the newest key, and tells who has an older one', async () => {
    const newer = await recordText({ noiseKey: OTHER_KEY, timestampSeconds: STAMPED + 100n });
    const sources = [fakeSource('old', [await recordText()]), fakeSource('new', [newer])];
    const result = await found(sources);
    expect(result.record.noiseKey).toEqual(OTHER_KEY);
    expect(result.source).toBe('new');
    expect(brief(result.disagreements)).toEqual(['old outdone']);
  });

  it('takes the newest of several records in one source', async () => {
    const newer = await recordText({ noiseKey: OTHER_KEY, timestampSeconds: STAMPED + 100n });
    const result = await found([fakeSource('packet', [newer, 'nonsense', await recordText()])]);
    expect(result.record.noiseKey).toEqual(OTHER_KEY);
    expect(brief(result.disagreements)).toEqual([
      'packet malformed DISCOVERY_KEY_RECORD_MALFORMED',
      'packet outdone',
    ]);
  });

  it('takes a signed time rather than a later one that anybody may have written', async () => {
    const unsigned = await recordText({
      noiseKey: OTHER_KEY,
      timestampSeconds: STAMPED + 100n,
      unsigned: true,
    });
    const result = await found([fakeSource('a', [unsigned]), fakeSource('b', [await recordText()])]);
    expect(result.record.noiseKey).toEqual(NOISE_KEY);
    expect(brief(result.disagreements)).toEqual(['a downgraded DISCOVERY_KEY_DOWNGRADED']);
  });

  it.each([
    ['forged', 'DISCOVERY_KEY_RECORD_FORGED', { signer: numbered(2) }, 0n],
    ['stale', 'DISCOVERY_KEY_STALE', {}, 30n * DAY + 1n],
    ['future', 'DISCOVERY_KEY_FROM_FUTURE', {}, -301n],
    ['revoked', 'DISCOVERY_KEY_REVOKED', { revoked: true }, 0n],
    ['revoked', 'DISCOVERY_KEY_REVOKED', { revoked: true, unsigned: true }, 0n],
  ] as const)('%s: %s [S2.1] [S2.2] [S2.3] [F3]', async (outcome, code, change, laterBy) => {
    const sources = [fakeSource('a', []), fakeSource('b', [await recordText(change)])];
    const result = await discover(sources, { clock: clockAt(STAMPED + laterBy) });
    expect(result).toMatchObject({ outcome, source: 'b', failed: [] });
    expect(codeOf(result)).toBe(code);
    expect(brief(result.disagreements)).toEqual(['a absent']);
  });

  it('accepts 30 days of age and 300 seconds of the future, both inclusive [S2.1]', async () => {
    const sources = [fakeSource('a', [await recordText()])];
    for (const laterBy of [30n * DAY, -300n]) {
      expect((await discover(sources, { clock: clockAt(STAMPED + laterBy) })).outcome).toBe('found');
    }
  });

  it('goes by the maximum age of the call, or else of the policy [S2.2]', async () => {
    const policy = { maximumAgeSeconds: 10 };
    const clock = clockAt(STAMPED + 11n);
    const sources = [fakeSource('a', [await recordText()])];
    expect((await discover(sources, { policy, clock })).outcome).toBe('stale');
    const discovery = createDiscovery({ sources, memory: new FakeRecords().memory, policy, clock });
    const call = { device: DEVICE, maximumAgeSeconds: 11 };
    expect((await discovery.discoverNoiseKey(OWNER.publicKey, call)).outcome).toBe('found');
  });

  it('takes a record of 0.8, unless the policy asks for a signed time', async () => {
    const sources = [fakeSource('a', [await recordText({ unsigned: true })])];
    expect((await found(sources)).record.freshness).toBe('unsigned');
    const result = await discover(sources, { policy: { requireSignedFreshness: true } });
    expect([result.outcome, codeOf(result)]).toEqual(['unsigned', 'DISCOVERY_FRESHNESS_UNSIGNED']);
  });

  it('tells what is no record from what is a weak key [F3]', async () => {
    const text = await recordText();
    const weak = text.replace(/k=[^;]*/, `k=${base64.encode(new Uint8Array(32))}`);
    const incomplete = text.replace(/sig=[^;]*;/, '');
    const cases: [string | Uint8Array, string, string][] = [
      [weak, 'weak', 'DISCOVERY_WEAK_KEY'],
      [incomplete, 'malformed', 'DISCOVERY_KEY_RECORD_INCOMPLETE'],
      [`${text}\r\n`, 'malformed', 'DISCOVERY_KEY_RECORD_MALFORMED'],
      ['\r\n', 'malformed', 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [new Uint8Array(4_097), 'malformed', 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [Uint8Array.of(0xff), 'malformed', 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [text.replace(/fsig=.*/, text.slice(60, 150)), 'unsigned', 'DISCOVERY_FRESHNESS_UNSIGNED'],
    ];
    for (const [record, outcome, code] of cases) {
      const result = await discover([fakeSource('a', [record])], {
        policy: { requireSignedFreshness: true },
      });
      expect([result.outcome, codeOf(result)]).toEqual([outcome, code]);
    }
  });

  it('reads the last of two fields of one name, as 0.8 does, and whatever it says must be signed', async () => {
    const text = await recordText();
    const doubled = text.replace('k=', `k=${base64.encode(OTHER_KEY)};k=`);
    expect((await found([fakeSource('a', [doubled])])).record.noiseKey).toEqual(NOISE_KEY);
    const swapped = `${text};k=${base64.encode(OTHER_KEY)}`;
    expect((await discover([fakeSource('a', [swapped])])).outcome).toBe('forged');
  });

  it('names the refusal that says most about the identity', async () => {
    const stale = fakeSource('stale', [await recordText({ timestampSeconds: STAMPED - 31n * DAY })]);
    const forged = fakeSource('forged', [await recordText({ signer: numbered(2) })]);
    const malformed = fakeSource('malformed', ['nonsense']);
    const result = await discover([malformed, forged, stale]);
    expect(result).toMatchObject({ outcome: 'stale', source: 'stale' });
    expect(brief(result.disagreements)).toEqual([
      'malformed malformed DISCOVERY_KEY_RECORD_MALFORMED',
      'forged forged DISCOVERY_KEY_RECORD_FORGED',
    ]);
  });

  it('takes the default device where none is named, and no text that is none', async () => {
    const sources = [fakeSource('a', [await recordText({ device: 'default' })])];
    const options = { sources, memory: new FakeRecords().memory, clock: clockAt(STAMPED) };
    const { discoverNoiseKey } = createDiscovery(options);
    expect((await discoverNoiseKey(OWNER.publicKey)).outcome).toBe('found');
    const wrongDevice = discoverNoiseKey(OWNER.publicKey, { device: '../phone' });
    expect((await rejectionOf(wrongDevice)).code).toBe('DISCOVERY_BAD_DEVICE');
    const wrongIdentity = discoverNoiseKey(new Uint8Array(31));
    expect((await rejectionOf(wrongIdentity)).code).toBe('DISCOVERY_WRONG_LENGTH');
  });

  it('refuses settings that are none', () => {
    const { memory } = new FakeRecords();
    expect(() => createDiscovery({ sources: [], memory })).toThrow(TypeError);
    const twins = [fakeSource('a', []), fakeSource('a', [])];
    expect(() => createDiscovery({ sources: twins, memory })).toThrow(TypeError);
    const sources = [fakeSource('a', [])];
    const policy = { maximumAgeSeconds: -1 };
    expect(() => createDiscovery({ sources, memory, policy })).toThrow(RangeError);
    const stopped = { now: () => Number.NaN, schedule: () => () => {} };
    expect(() => createDiscovery({ sources, memory, clock: stopped })).toThrow(TypeError);
  });

  it('refuses an age that is none before it asks anybody', async () => {
    const source = fakeSource('a', []);
    const { discoverNoiseKey } = createDiscovery({ sources: [source], memory: new FakeRecords().memory });
    const call = discoverNoiseKey(OWNER.publicKey, { device: DEVICE, maximumAgeSeconds: 0.5 });
    await expect(call).rejects.toThrow(RangeError);
    expect(source.asked).toEqual([]);
  });
});

describe('discoverNoiseKey, when sources fail', () => {
  it('finds the key in the others, and says who failed [O5]', async () => {
    const sources = [
      fakeSource('a', offline('relay')),
      fakeSource('b', new TypeError('a fault')),
      fakeSource('c', [await recordText()]),
    ];
    const result = await found(sources);
    expect(brief(result.failed)).toEqual(['a DISCOVERY_OFFLINE', 'b DISCOVERY_SOURCE_FAILED']);
    expect(Object.keys(result.failed[0] ?? {})).toEqual(['source', 'error']);
  });

  it('is not sure that there is none unless everybody says so [F3]', async () => {
    const sources = [fakeSource('a', []), fakeSource('b', offline())];
    expect(await discover([fakeSource('a', []), fakeSource('b', [])])).toEqual({
      outcome: 'absent',
      failed: [],
      disagreements: [],
      revocations: [],
    });
    const result = await discover(sources);
    expect([result.outcome, brief(result.failed)]).toEqual(['unreachable', ['b DISCOVERY_OFFLINE']]);
    expect((await discover(sources, { policy: { trustAbsence: true } })).outcome).toBe('absent');
    const none = [fakeSource('a', offline()), fakeSource('b', offline())];
    expect((await discover(none, { policy: { trustAbsence: true } })).outcome).toBe('unreachable');
  });

  it('gives each source its own deadline, and tells it to stop [O5]', async () => {
    const clock = clockAt(STAMPED);
    const told: string[] = [];
    const slow = (name: string, timeoutMs: number) =>
      fakeSource(
        name,
        (_, signal) => {
          signal.addEventListener('abort', () => told.push(name));
          return later(clock, 10_000, [], signal);
        },
        { timeoutMs },
      );
    const result = discover([slow('a', 300), slow('b', 200)], { clock });
    await settled();
    clock.advance(200);
    await settled();
    expect(told).toEqual(['b']);
    clock.advance(100);
    expect(brief((await result).failed)).toEqual(['a DISCOVERY_TIMED_OUT', 'b DISCOVERY_TIMED_OUT']);
    expect(told).toEqual(['b', 'a']);
    expect(clock.pending).toBe(0);
  });

  it('waits for the others no longer than its patience once there is a record', async () => {
    const clock = clockAt(STAMPED);
    const slow = fakeSource('slow', (_, signal) => later(clock, 900, [], signal));
    const sources = [slow, fakeSource('quick', [await recordText()])];
    const result = discover(sources, { clock, patienceMs: 500 });
    await settled();
    clock.advance(500);
    expect(brief((await result).failed)).toEqual(['slow DISCOVERY_TIMED_OUT']);
    const patient = discover(sources, { clock, patienceMs: Number.POSITIVE_INFINITY });
    await settled();
    clock.advance(900);
    expect((await patient).failed).toEqual([]);
  });

  it.each([
    ['no record', async () => []],
    ['what is none', async () => ['junk']],
    ['a forged one', async () => [await recordText({ signer: numbered(2) })]],
    ['a stale one', async () => [await recordText({ timestampSeconds: STAMPED - 31n * DAY })]],
    [
      'one that anybody may have stamped',
      async () => [await recordText({ noiseKey: OTHER_KEY, unsigned: true })],
    ],
    ['an unsigned revocation', async () => [await recordText({ revoked: true, unsigned: true })]],
  ])('does not lose its patience because somebody has %s [O5]', async (_, quick) => {
    const clock = clockAt(STAMPED);
    const record = encodeUtf8(await recordText());
    const slow = fakeSource('slow', (_device, signal) => later(clock, 900, [record], signal));
    const result = discover([fakeSource('quick', await quick()), slow], { clock, patienceMs: 500 });
    await settled();
    clock.advance(500);
    await settled();
    clock.advance(400);
    const { outcome, failed, ...rest } = await result;
    expect([outcome, failed]).toEqual(['found', []]);
    expect(rest).toMatchObject({ source: 'slow', record: { noiseKey: NOISE_KEY } });
  });

  it('waits for nobody for long once the identity itself has revoked the key', async () => {
    const clock = clockAt(STAMPED);
    const deaf = fakeSource('deaf', () => new Promise(() => {}), { timeoutMs: 5_000 });
    const sources = [fakeSource('quick', [await recordText({ revoked: true })]), deaf];
    const result = discover(sources, { clock, patienceMs: 500 });
    await settled();
    clock.advance(500);
    expect(await result).toMatchObject({ outcome: 'revoked', source: 'quick' });
  });

  it('blames nobody else for a source that cannot even be opened [O5]', async () => {
    const broken = {
      ...fakeSource('broken', []),
      look: () => {
        throw new TypeError('a fault');
      },
    };
    const result = await found([broken, fakeSource('good', [await recordText()])]);
    expect(brief(result.failed)).toEqual(['broken DISCOVERY_SOURCE_FAILED']);
  });

  it('ends all of it in time, though a source keeps no deadline', async () => {
    const clock = clockAt(STAMPED);
    const deaf = fakeSource('deaf', () => new Promise(() => {}), { timeoutMs: 5_000 });
    const result = discover([deaf], { clock, timeoutMs: 700 });
    await settled();
    clock.advance(700);
    const { outcome, failed } = await result;
    expect([outcome, brief(failed)]).toEqual(['unreachable', ['deaf DISCOVERY_TIMED_OUT']]);
  });

  it('ends when its signal says so', async () => {
    const controller = new AbortController();
    const source = fakeSource('deaf', () => new Promise(() => {}));
    const options = { sources: [source], memory: new FakeRecords().memory, clock: clockAt(STAMPED) };
    const { signal } = controller;
    const result = createDiscovery(options).discoverNoiseKey(OWNER.publicKey, { signal });
    await settled();
    controller.abort();
    expect((await rejectionOf(result)).code).toBe('DISCOVERY_CANCELLED');
    const early = createDiscovery(options).discoverNoiseKey(OWNER.publicKey, { signal });
    expect((await rejectionOf(early)).code).toBe('DISCOVERY_CANCELLED');
  });

  it('looks at no source that floods it', async () => {
    const flood = Array.from({ length: 9 }, () => encodeUtf8('v=1'));
    const result = await discover([fakeSource('a', flood)]);
    expect(brief(result.failed)).toEqual(['a DISCOVERY_TOO_MANY_RECORDS']);
  });
});
