import {
  activeKey,
  createPayeeKeys,
  isCodedError,
  type KeeperEvent,
  type ListeningIdentity,
  type OwnKeys,
  type QueueEvent,
} from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import { withGiven } from '../home/next-command.ts';
import { type Home, requireSecret } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { openKeys } from '../keys/open-keys.ts';
import { isWithoutRoom } from '../keys/without-room.ts';
import { sameBytes } from '../same-bytes.ts';
import { type CatchUp, createCatchUp } from './receive-catch-up.ts';
import { type LookOut, startLookOut } from './receive-look-out.ts';

/** Told of the key that payers are to be told of, 32 bytes, or nothing if there is none any more. */
export type OnActiveKey = (noiseKey: Uint8Array | undefined, signal: AbortSignal) => Promise<void>;

/** The keys of a payee, which are kept while it listens: published, fresh, and replaced in time. */
export interface ReceiveKeys {
  /** The keys to answer with, as the ledger has them now, whoever has changed it: for `listenForPayments`. */
  identity(): Promise<ListeningIdentity | undefined>;
  /** 32 bytes, a copy: the key to tell payers of. @throws CommandFailed if there is none. */
  active(): Promise<Uint8Array>;
  /**
   * Tells whenever the active key is another one than that which was told last, beginning with `told`; again a while later
   * if telling fails. What else fails is told to people, once until nothing fails.
   *
   * @returns Ends it, and waits for what is under way. Never rejects.
   */
  watch(told: Uint8Array, onActiveKey: OnActiveKey): () => Promise<void>;
  /** Wipes the keys, and ends what keeps them. Never rejects. */
  close(): Promise<void>;
}

type Event = KeeperEvent | QueueEvent;
type EventTexts = { readonly [Kind in Event['kind']]?: (event: Extract<Event, { kind: Kind }>) => string };

/** What keepers tell of that those who listen want to know; of a new key, they are told when it can be found [O5]. */
const EVENT_TEXTS: EventTexts = {
  restamped: () => 'The records of the key were signed again.',
  retired: () => 'The overlap of a former key is over; it is not answered any more.',
  degraded: ({ target, code }) =>
    `Nothing can be published (${target}) for now (${code}); it is tried again.`,
  partial: ({ target, places, code }) =>
    `Not all of ${target} have what was published: ${places.join(', ')} may still give what was there before (${code}).`,
  recovered: ({ target }) => `Publishing (${target}) works again.`,
  parked: ({ target, code }) =>
    `What is to be published was refused (${target}, ${code}); it is tried again later. See \`paykit keys status\`.`,
  failed: ({ code }) => `The keys could not be looked after (${code}); it is tried again.`,
};

/** After these it is looked, at once, whether there is anything to do or to tell of. */
const WAKING: readonly Event['kind'][] = [
  'published',
  'created',
  'adopted',
  'rotated',
  'confirmed',
  'retired',
  'revoked',
];

function textOf(event: Event): string | undefined {
  if (isWithoutRoom(event)) return undefined;
  const say = EVENT_TEXTS[event.kind] as ((event: Event) => string) | undefined;
  return say?.(event);
}

function unpublished({ device, given }: Home): CommandFailed {
  return new CommandFailed(
    withGiven(
      `The Noise key of this device (${device}) is not published, so nobody could pay to it. Run \`paykit keys publish\` first.`,
      given,
    ),
  );
}

/** Does what is due, such as signing again, and publishes it. @throws CommandFailed if the key is not published. */
async function bringUpToDate(
  { keeper, queue }: OwnKeys,
  home: Home,
  { signal, terminal }: Surroundings,
): Promise<void> {
  const before = (await keeper.status({ signal })).ledger;
  if (before === undefined || activeKey(before) === undefined) throw unpublished(home);
  terminal.tell('Doing what is due for the published key …\n');
  await keeper.run({ signal });
  await queue.flush({ signal });
  const { ledger } = await keeper.run({ signal });
  if ((ledger && activeKey(ledger))?.publishedAtMs === undefined) throw unpublished(home);
  const { waiting, parked } = await queue.status({ signal });
  if (waiting.length + parked.length > 0) {
    terminal.tell('Not everything about this key could be published now; it is tried again.\n');
  }
}

/**
 * The keys of a payee, whom payers must find: what is due is done first, and from then on whenever it is due.
 *
 * @throws CommandFailed if the key is not published. @throws HomeFailed: `no seed`.
 */
export async function openReceiveKeys(home: Home, surroundings: Surroundings): Promise<ReceiveKeys> {
  const { terminal, clock } = surroundings;
  const { noiseKey, signer } = requireSecret(home, 'no seed');
  let lookOut: LookOut | undefined;
  let catchUp: CatchUp | undefined;
  const keys = openKeys(home, home.device, surroundings, {
    wishes: { signUp: false },
    onEvent(event) {
      const text = textOf(event);
      if (text !== undefined) terminal.tell(`${text}\n`);
      if (event.kind === 'published') catchUp?.published();
      if (WAKING.includes(event.kind)) lookOut?.wake();
    },
  });
  let caughtUp: CatchUp;
  try {
    await bringUpToDate(keys, home, surroundings);
    const revision = (await keys.keeper.status()).ledger?.revision;
    catchUp = caughtUp = createCatchUp({ keeper: keys.keeper, clock, revision });
  } catch (error) {
    await keys.close();
    throw error;
  }
  const payee = createPayeeKeys({ keeper: keys.keeper, noiseKey, signer, clock });
  keys.start();

  return {
    async identity() {
      const now = await payee.identity();
      lookOut?.saw(now?.noiseKey.publicKey);
      return now;
    },
    async active() {
      const now = await payee.identity();
      if (now === undefined) throw unpublished(home);
      return now.noiseKey.publicKey.slice();
    },
    watch(told, onActiveKey) {
      let last: Uint8Array | undefined = Uint8Array.from(told);
      let notToldHere: unknown;
      let isToldOfFailure = false;
      const tellNews = async (signal: AbortSignal): Promise<void> => {
        const active = (await payee.identity())?.noiseKey.publicKey.slice();
        if (sameBytes(active, last)) return;
        await onActiveKey(active, signal).catch((error: unknown) => {
          notToldHere = error;
          throw error;
        });
        last = active;
      };
      lookOut = startLookOut({
        clock,
        isNews: (active) => !sameBytes(active, last),
        async look(signal) {
          // Catching up may take a while, if another command is at the keys as well.
          await tellNews(signal);
          await caughtUp.run(signal);
          await tellNews(signal);
          isToldOfFailure = false;
        },
        failed(error) {
          if (error === notToldHere || isToldOfFailure) return;
          isToldOfFailure = true;
          const code = isCodedError(error) ? error.code : 'unknown';
          terminal.tell(
            `It could not be seen to what other commands do to the keys (${code}); it is tried again.\n`,
          );
        },
      });
      return lookOut.stop;
    },
    async close() {
      await lookOut?.stop();
      payee.close();
      await keys.close();
    },
  };
}
