import type { CancelSignal, Clock, IdentitySigner, RandomSource } from '@pubky-paykit/primitives';
import { MAX_OUTBOX_PUBLICATIONS } from '../constants.ts';
import type { DiscoverNoiseKey } from '../discovery/discovery-result.ts';
import { askedDerive, askedSigner } from './asking-holders.ts';
import type { DeriveNoiseKey } from './derivation-context.ts';
import type { KeeperEvent } from './keeper-events.ts';
import {
  currentKey,
  type KeyLedger,
  type KeySelection,
  type LedgerKey,
  requireLedgerKey,
  revocableKeys,
} from './key-ledger.ts';
import {
  type KeyPlan,
  type PlanTime,
  planFirstKey,
  planRestamp,
  planRetirement,
  planRevocation,
  planRotation,
  planWithdrawal,
} from './key-plan.ts';
import type { DueAction, KeyAction } from './key-schedule.ts';
import { drawJitter, type LedgerDesk } from './ledger-desk.ts';
import { type OwnersWord, recoveredLedger } from './ledger-recovery.ts';
import { nextKeyOf, requireDerivable } from './own-keys.ts';
import { planRestatement, untoldStandings } from './restating.ts';
import { mayRestate } from './restating-pause.ts';
import { revokingTime, signingTime, statingTime } from './signing-time.ts';

/** What operations on the keys of one device need. */
export interface KeyOperationsOptions {
  readonly desk: LedgerDesk;
  readonly signer: IdentitySigner;
  readonly device: string;
  readonly derive: DeriveNoiseKey;
  readonly discover: DiscoverNoiseKey | undefined;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly tell: (event: KeeperEvent) => void;
}

/** What can be done to the keys of one device. Each begins with what is unfinished of the one before. */
export interface KeyOperations {
  settle(signal: CancelSignal): Promise<KeyLedger | undefined>;
  /**
   * A ledger, recovered if there is none; it may be empty.
   *
   * @param isUrgent Whether what is unfinished may wait where the queue has no room: a revocation has some of its own.
   */
  open(word: OwnersWord, signal: CancelSignal, isUrgent?: boolean): Promise<KeyLedger>;
  /** Gives a device that has no current key one. */
  create(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger>;
  rotate(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger>;
  restamp(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger>;
  revoke(
    ledger: KeyLedger,
    which: KeySelection,
    withSuccessor: boolean,
    signal: CancelSignal,
  ): Promise<KeyLedger>;
  /**
   * Says again what some target neither shows nor is to get. What was revoked goes first, and does not wait for the keys.
   *
   * @param isAsked Whether the owner asks for it: then also what was said again a short while ago.
   */
  restate(ledger: KeyLedger, signal: CancelSignal, isAsked?: boolean): Promise<KeyLedger>;
  /** Does what the schedule says. */
  perform(ledger: KeyLedger | undefined, due: DueAction, signal: CancelSignal): Promise<KeyLedger>;
}

/** Something to be told of keys. */
type KeyNews = readonly [
  kind: Exclude<KeeperEvent['kind'], 'failed' | 'restamped'>,
  keys: readonly { readonly context: string }[],
];

/** The operations on the keys of one device; one at a time, which the caller sees to. */
export function createKeyOperations(options: KeyOperationsOptions): KeyOperations {
  const { desk, device, discover, clock, random, tell } = options;

  const derivingFor = (signal: CancelSignal): DeriveNoiseKey =>
    askedDerive(options.derive, { clock, signal });

  /** Tells of keys. */
  const tellOf = (kind: KeyNews[0], keys: KeyNews[1]): void => {
    for (const { context } of keys) tell({ kind, device, context, atMs: clock.now() });
  };

  /**
   * Has a plan signed and carried out. Its news are told once the ledger says so, whatever becomes of it then: who is to wipe
   * a secret would never hear of it otherwise.
   */
  function carryOut(
    ledger: KeyLedger,
    plan: KeyPlan,
    signal: CancelSignal,
    ...news: readonly KeyNews[]
  ): Promise<KeyLedger> {
    const written = (): void => {
      for (const [kind, keys] of news) tellOf(kind, keys);
    };
    return desk.carryOut(ledger, plan, askedSigner(options.signer, { clock, signal }), { signal, written });
  }

  const timeFor = ({ stampedSeconds }: KeyLedger): PlanTime => signingTime(stampedSeconds, clock);

  async function create(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger> {
    const key = await nextKeyOf(ledger, derivingFor(signal));
    const plan = planFirstKey(ledger, key, timeFor(ledger));
    return carryOut(ledger, plan, signal, ['created', [key]]);
  }

  async function rotate(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger> {
    const derive = derivingFor(signal);
    await requireDerivable(ledger, derive);
    const key = await nextKeyOf(ledger, derive);
    const plan = planRotation(ledger, key, timeFor(ledger));
    return carryOut(ledger, plan, signal, ['rotated', [key]]);
  }

  async function restamp(ledger: KeyLedger, signal: CancelSignal): Promise<KeyLedger> {
    await requireDerivable(ledger, derivingFor(signal));
    const written = (): void => tell({ kind: 'restamped', device, atMs: clock.now() });
    const signer = askedSigner(options.signer, { clock, signal });
    return desk.carryOut(ledger, planRestamp(ledger, timeFor(ledger)), signer, { signal, written });
  }

  async function open(word: OwnersWord, signal: CancelSignal, isUrgent = false): Promise<KeyLedger> {
    const settled = await settle(signal, isUrgent);
    if (settled !== undefined) return settled;
    const nowMs = Math.floor(clock.now());
    const identity = options.signer.publicKey;
    const derive = derivingFor(signal);
    const asked = { ...word, identity, device, derive, discover, nowMs, random, signal };
    const ledger = await recoveredLedger({ ...asked, jitter: drawJitter(random) });
    if (ledger.keys.length === 0) return ledger;
    const adopted = await desk.commit(undefined, ledger, signal);
    tellOf('adopted', ledger.keys.slice(-1));
    return adopted;
  }

  async function settle(signal: CancelSignal, mayWait = false): Promise<KeyLedger | undefined> {
    const before = await desk.read(signal);
    const after = await desk.settle(signal, mayWait);
    const confirmed = after && currentKey(after);
    if (confirmed?.publishedAtMs !== undefined && before !== undefined) {
      const wasConfirmed = currentKey(before)?.publishedAtMs !== undefined;
      if (!wasConfirmed) tellOf('confirmed', [confirmed]);
    }
    return after;
  }

  async function restate(ledger: KeyLedger, signal: CancelSignal, isAsked = false): Promise<KeyLedger> {
    const nowMs = Math.floor(clock.now());
    const due = ledger.keys.filter((key) => isAsked || mayRestate(key, nowMs)).map(({ context }) => context);
    let after = ledger;
    for (const kind of ['revocation', 'key'] as const) {
      const said = new Set<string>();
      for (;;) {
        const untold = await untoldStandings(after, (asked) => desk.progress(asked, signal), nowMs);
        const again = untold
          .filter(
            ({ key, ...each }) => each.kind === kind && due.includes(key.context) && !said.has(each.device),
          )
          .slice(0, MAX_OUTBOX_PUBLICATIONS);
        if (again.length === 0) break;
        if (kind === 'key') await requireDerivable(after, derivingFor(signal));
        const plan = planRestatement(after, again, statingTime(again, after.stampedSeconds, clock));
        const keys = new Set(again.map(({ key }) => key));
        after = await carryOut(after, plan, signal, ['restated', [...keys]]);
        for (const { device: under } of again) said.add(under);
      }
    }
    return after;
  }

  /** Takes a record off. */
  async function takeOff(
    kind: 'retired' | 'withdrawn',
    plan: (ledger: KeyLedger, key: LedgerKey, time: PlanTime) => KeyPlan,
    ledger: KeyLedger,
    { context = '' }: DueAction,
    signal: CancelSignal,
  ): Promise<KeyLedger> {
    const key = requireLedgerKey(ledger, { context });
    // Nothing is signed, so that it does not matter what the clock says of the last signature.
    const time = { nowMs: Math.floor(clock.now()), timestampSeconds: ledger.stampedSeconds };
    return carryOut(ledger, plan(ledger, key, time), signal, [kind, [key]]);
  }

  const PERFORM: Readonly<
    Record<
      Exclude<KeyAction, 'publish'>,
      (ledger: KeyLedger, due: DueAction, signal: CancelSignal) => Promise<KeyLedger>
    >
  > = {
    retire: (ledger, due, signal) => takeOff('retired', planRetirement, ledger, due, signal),
    withdraw: (ledger, due, signal) => takeOff('withdrawn', planWithdrawal, ledger, due, signal),
    rotate: (ledger, _, signal) => rotate(ledger, signal),
    restamp: (ledger, _, signal) => restamp(ledger, signal),
  };

  return {
    settle,
    open,
    create,
    rotate,
    restamp,
    restate,
    async revoke(ledger, which, withSuccessor, signal) {
      const keys = revocableKeys(ledger, which);
      const current = currentKey(ledger);
      // A device that was revoked for good stays so until its owner publishes.
      const isWanted = withSuccessor && current !== undefined && keys.includes(current);
      // A revocation that the queue had no room for is not done.
      if (keys.length === 0) return restate((await settle(signal)) ?? ledger, signal, true);
      // Not checked against what is derived: a seed that is lost or wrong must not be in the way of a revocation.
      const successor = isWanted ? await nextKeyOf(ledger, derivingFor(signal)) : undefined;
      const time = successor === undefined ? revokingTime(ledger.stampedSeconds, clock) : timeFor(ledger);
      const plan = planRevocation(ledger, keys, time, successor);
      const rotated: KeyNews = ['rotated', successor === undefined ? [] : [successor]];
      return carryOut(ledger, plan, signal, ['revoked', keys], rotated);
    },
    async perform(ledger, due, signal) {
      if (ledger !== undefined && due.action !== 'publish') return PERFORM[due.action](ledger, due, signal);
      const opened = await open({}, signal);
      // What is found may be revoked for good: then a new key is the owner's decision.
      return opened.keys.length === 0 ? create(opened, signal) : opened;
    },
  };
}
