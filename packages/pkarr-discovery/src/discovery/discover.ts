import { type DeviceAddress, deviceAddress } from '../cache/device-address.ts';
import { DEFAULT_DEVICE, REMEMBERING_TIMEOUT_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { requireRule } from '../records/freshness.ts';
import { NOTHING_REMEMBERED } from '../records/roll-back.ts';
import { askSources, type OpenSource, openSources, readRecords } from './asking.ts';
import type { DiscoverySettings } from './discovery-options.ts';
import type { DiscoverOptions, DiscoveryResult, FailedSource } from './discovery-result.ts';
import { judge } from './judgement.ts';
import { measureLookup } from './measurement.ts';
import { inMemory } from './remembering.ts';
import { concernsMemory, isDecisive, recordJudge, type Statement, statementsOf } from './statement.ts';

/** Looks up one device of one identity. */
export function discover(
  settings: DiscoverySettings,
  identity: Uint8Array,
  options: DiscoverOptions,
): Promise<DiscoveryResult> {
  const address = deviceAddress(identity, options.device ?? DEFAULT_DEVICE);
  return discoverAt(settings, address, openSources(settings.sources, address.identity), options);
}

/** Looks up one device in sources that have been opened for its identity. */
export function discoverAt(
  settings: DiscoverySettings,
  address: DeviceAddress,
  sources: readonly OpenSource[],
  options: Omit<DiscoverOptions, 'device'>,
): Promise<DiscoveryResult> {
  return measureLookup(settings, async () => {
    const startedMs = settings.clock.now();
    const { statements, failed } = await statementsAbout(settings, address, sources, options);
    const { trustAbsence = false } = settings.policy;
    const answers = { statements, failed, trustAbsence };
    // What nobody may have written is nothing to remember.
    if (!statements.some(concernsMemory)) return judge(NOTHING_REMEMBERED, answers).result;
    let result: DiscoveryResult | undefined;
    const leftMs = (options.timeoutMs ?? settings.timeoutMs) - (settings.clock.now() - startedMs);
    const limits = { signal: options.signal, timeoutMs: Math.max(leftMs, REMEMBERING_TIMEOUT_MS) };
    await inMemory(settings, limits, (call) =>
      settings.memory.update(
        address,
        (before) => {
          const judgement = judge(before, answers);
          result = judgement.result;
          return judgement.memory;
        },
        call,
      ),
    );
    if (result === undefined) {
      throw new DiscoveryError('DISCOVERY_MEMORY_FAILED', { reason: 'the store changed nothing' });
    }
    return result;
  });
}

interface Heard {
  readonly statements: readonly Statement[];
  readonly failed: readonly FailedSource[];
}

async function statementsAbout(
  { policy, clock, patienceMs, timeoutMs }: DiscoverySettings,
  { identity, device }: DeviceAddress,
  sources: readonly OpenSource[],
  options: Omit<DiscoverOptions, 'device'>,
): Promise<Heard> {
  const { requireSignedFreshness } = policy;
  const maximumAgeSeconds = options.maximumAgeSeconds ?? policy.maximumAgeSeconds;
  const rule = { requireSignedFreshness, maximumAgeSeconds, clock };
  // Before anybody is asked, and not only if there is a record.
  requireRule(rule);
  const verdictOn = recordJudge({ identity, device }, rule);
  const { given, failed } = await askSources({
    what: 'looking up a Noise key',
    sources,
    ask: (source, call) => readRecords(source, device, call),
    enough: (records) => isDecisive(records, verdictOn),
    patienceMs,
    timeoutMs: options.timeoutMs ?? timeoutMs,
    clock,
    signal: options.signal,
  });
  return { statements: statementsOf(given, verdictOn), failed };
}
