import { hex, type KeyCache, type KeyFinderEvent, type PeerKey } from 'pubky-paykit';
import type { Surroundings } from '../home/surroundings.ts';
import { keyStateText, type ReplacedKey, replacedIn } from '../keys/key-state-text.ts';
import type { PayerParts } from './payee-call.ts';
import { asKeyFailure } from './payment-failure.ts';

/** Hex digits of a key that people are shown. */
const SHOWN_DIGITS = 16;

/** Why a key is the one to use, for people. */
const KEY_REASONS: Readonly<Record<PeerKey['reason'], string>> = {
  cached: 'known, and looked up a short time ago',
  discovered: 'looked up, and new here',
  confirmed: 'looked up, and the one known before',
  rotated: 'looked up: the payee has changed its key',
  unreachable: 'known from before; nobody could be asked whether it is still good',
  unconfirmed: 'known from before; what is published now cannot be used',
  'first-contact': 'shown at first contact; no record names it',
};

/** The same of a key that no record names. */
const UNNAMED_REASONS: Readonly<Partial<Record<PeerKey['reason'], string>>> = {
  unreachable: 'trusted at first contact; nobody could be asked whether a record names it by now',
  unconfirmed: 'trusted at first contact; still no record names it',
};

/**
 * Says which key is used, and why.
 *
 * @param replaced The one that it has replaced a short time ago, if it has.
 */
export function tellKey(
  { terminal: { tell }, clock }: Pick<Surroundings, 'terminal' | 'clock'>,
  key: PeerKey,
  replaced?: ReplacedKey,
): void {
  const { noiseKey, state, reason, source, degraded, problem } = key;
  const from = source === undefined ? '' : `, from ${source}`;
  const why = (state === 'tofu' ? UNNAMED_REASONS[reason] : undefined) ?? KEY_REASONS[reason];
  const standing = keyStateText(state, replaced, clock.now());
  tell(`Key ${hex.encode(noiseKey).slice(0, SHOWN_DIGITS)}… is ${standing}: ${why}${from}.\n`);
  if (degraded) {
    tell(`Degraded: if the payee has revoked this key since, it cannot be seen now (${problem?.code}).\n`);
  }
}

/** What is worth telling of changes a look-up has found. */
export const EVENT_TEXTS: Readonly<Partial<Record<KeyFinderEvent['kind'], string>>> = {
  revoked: 'The payee has revoked the key that was known.\n',
  replaced: 'This is another key than the one that was known until it expired or was forgotten.\n',
  recovered: 'The key of the payee could be looked up again.\n',
};

/** Searches a key and says what is found; `undefined` if none is published or known. @throws PaymentFailed */
export async function soughtKey(
  search: () => Promise<PeerKey | undefined>,
  { options, surroundings }: Pick<PayerParts, 'options' | 'surroundings'>,
  cache: KeyCache,
): Promise<PeerKey | undefined> {
  const { payee, device } = options;
  const { signal } = surroundings;
  try {
    const key = await search();
    if (key === undefined) return undefined;
    const kept = key.state === 'rotated' ? await cache.read(payee, device, { signal }) : undefined;
    tellKey(surroundings, key, kept && replacedIn(kept));
    return key;
  } catch (error) {
    throw asKeyFailure(error, device);
  }
}
