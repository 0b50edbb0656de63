import { formerDevice, hex, type KeyLedger, type OwnKeys } from 'pubky-paykit';

type LedgerKey = KeyLedger['keys'][number];

/** Where what is to be known of a key stands, by the notes of the home: names of targets. Neither, if nothing is noted. */
export interface KeyPlaces {
  readonly having: readonly string[];
  /** Those that are still to get it, or have refused it. */
  readonly lacking: readonly string[];
}

/** What of a key is shown as noted: the key where it is current, its revocation where it is revoked. */
function standingOf({ device }: KeyLedger, { status, noiseKey }: LedgerKey) {
  return status === 'revoked'
    ? { id: formerDevice(device, noiseKey), kind: 'revocation' }
    : { id: device, kind: 'key' };
}

/** Where the current key, or the revocation of a revoked one, is published and where not. */
export async function placesOf(
  queue: Pick<OwnKeys['queue'], 'status' | 'progress'>,
  ledger: KeyLedger,
  key: LedgerKey,
  { signal }: { readonly signal: AbortSignal },
): Promise<KeyPlaces> {
  const { id, kind } = standingOf(ledger, key);
  const shown = hex.encode(key.noiseKey);
  const progress = await queue.progress(id, { signal });
  const having = progress
    .filter((each) => each.kind === kind && each.noiseKey !== undefined && shown.startsWith(each.noiseKey))
    .map(({ target }) => target);
  const { waiting, parked } = await queue.status({ signal });
  const left = [...waiting, ...parked].filter(
    ({ device, publication, target }) => device === id && publication === kind && !having.includes(target),
  );
  return { having, lacking: [...new Set(left.map(({ target }) => target))] };
}

/** The places for people, with a space before them: ` (homeserver; not: packet)`. Empty if nothing is noted. */
export function placesText({ having, lacking }: KeyPlaces): string {
  const not = lacking.length === 0 ? [] : [`not: ${lacking.join(', ')}`];
  const parts = [...(having.length === 0 ? [] : [having.join(', ')]), ...not];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}
