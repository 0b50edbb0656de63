import { type Clock, type DurableStore, hex, isCodedError, openRecordsIn, zBase32 } from 'pubky-paykit';
import { sameBytes } from '../same-bytes.ts';
import { type HostPort, hostPortText, parseHostPort } from './host-port.ts';

/** Where a payee was reached last, at the address it had published. */
export interface RememberedAddress extends HostPort {
  /** 32 bytes. */
  readonly payee: Uint8Array;
  readonly method: string;
  /** 32 bytes, X25519: what the payee answered with there. Good for comparing, never for trusting. */
  readonly noiseKey: Uint8Array;
  /** Unix milliseconds. */
  readonly reachedAtMs: number;
}

/** The addresses that are kept, the one written last at the end; one for each payee and method. */
export type AddressList = readonly RememberedAddress[];

/** Addresses that are kept: enough for somebody's payees, and small enough to be written whole. Inclusive. */
export const MAXIMUM_ADDRESSES = 128;
/** More than so many addresses of the longest kind have. Inclusive. */
const MAXIMUM_BYTES = 131_072;
const KEY_BYTES = 32;
const FORMAT = 'paykit-payee-addresses';
const VERSION = 1;
/** The room in the store of a home, which nothing else lives in. */
const ROOM = 'payee-addresses';
const RECORD = 'all';
/** The last millisecond that a date can show. Inclusive. */
const LAST_MS = 8_640_000_000_000_000;

const isOf = (entry: RememberedAddress, payee: Uint8Array, method: string): boolean =>
  entry.method === method && sameBytes(entry.payee, payee);

/** The list with an address in it, which takes the place of the one before; the one written longest ago makes room. Pure. */
export function withAddress(list: AddressList, address: RememberedAddress): AddressList {
  const others = list.filter((entry) => !isOf(entry, address.payee, address.method));
  return [...others, address].slice(-MAXIMUM_ADDRESSES);
}

function written(list: AddressList): string {
  const addresses = list.map(({ payee, method, noiseKey, reachedAtMs, ...place }) => ({
    payee: zBase32.encode(payee),
    method,
    address: hostPortText(place),
    noiseKey: hex.encode(noiseKey),
    reachedAtMs,
  }));
  return JSON.stringify({ format: FORMAT, version: VERSION, addresses });
}

const isWithin = (ms: number): boolean => ms >= 0 && ms <= LAST_MS;

type Row = Readonly<Record<string, unknown>>;

/** @throws RangeError for a row that is none; what is missing or too much shows when it is written again. */
function readRow({ payee, method, address, noiseKey, reachedAtMs }: Row): RememberedAddress {
  const place = parseHostPort(`${address}`);
  const isTime = Number.isSafeInteger(reachedAtMs) && isWithin(reachedAtMs as number);
  if (place === undefined || place.port === 0 || typeof method !== 'string' || !isTime) {
    throw new RangeError('this is no address that was written here');
  }
  const keys = {
    payee: zBase32.decode(`${payee}`, KEY_BYTES),
    noiseKey: hex.decode(`${noiseKey}`, KEY_BYTES),
  };
  return { ...place, ...keys, method, reachedAtMs: reachedAtMs as number };
}

/** Writes and reads the list as JSON, and reads nothing but what it writes. */
export const ADDRESS_LIST_CODEC = {
  /** @throws RangeError for more or longer addresses than are kept. */
  encode(list: AddressList): Uint8Array {
    const bytes = new TextEncoder().encode(written(list));
    if (list.length > MAXIMUM_ADDRESSES || bytes.length > MAXIMUM_BYTES) {
      throw new RangeError('these are more addresses than are kept');
    }
    return bytes;
  },
  /** @throws RangeError for anything else than `encode` writes. */
  decode(bytes: Uint8Array): AddressList {
    const damaged = (): RangeError => new RangeError('the kept addresses cannot be read');
    if (bytes.length > MAXIMUM_BYTES) throw damaged();
    try {
      const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      const { addresses } = JSON.parse(text) as { readonly addresses: readonly Row[] };
      if (addresses.length > MAXIMUM_ADDRESSES) throw damaged();
      const list = addresses.map(readRow);
      const isOnce = list.every(
        ({ payee, method }, at) => list.findIndex((entry) => isOf(entry, payee, method)) === at,
      );
      if (isOnce && written(list) === text) return list;
    } catch {
      // Whatever was thrown may quote the text.
      throw damaged();
    }
    throw damaged();
  },
};

/** Where payees were reached last, for when nobody can be asked where they listen. It vouches for nothing. */
export interface AddressBook {
  /** @param payee 32 bytes. @throws SessionStoreError */
  find(payee: Uint8Array, method: string, signal: AbortSignal): Promise<RememberedAddress | undefined>;
  /** Resolves once it would survive a crash. @throws SessionStoreError, RangeError */
  remember(address: RememberedAddress, signal: AbortSignal): Promise<void>;
}

/** What cannot be read is worth nothing: the next address that is good begins anew. */
const isDamaged = (error: unknown): boolean => isCodedError(error) && error.code === 'STORE_BAD_RECORD';

/** Opens the address book in the store of a home. @param store Borrowed. */
export function openAddressBook(store: DurableStore, parts: { readonly clock: Clock }): AddressBook {
  const records = openRecordsIn(store, parts)<AddressList>(ROOM, ADDRESS_LIST_CODEC);
  return {
    async find(payee, method, signal) {
      try {
        const found = await records.get(RECORD, { signal });
        return found?.value.find((entry) => isOf(entry, payee, method));
      } catch (error) {
        if (isDamaged(error)) return undefined;
        throw error;
      }
    },
    async remember(address, signal) {
      try {
        await records.update(RECORD, (list = []) => withAddress(list, address), { signal });
      } catch (error) {
        if (!isDamaged(error)) throw error;
        await records.put(RECORD, [address], { signal });
      }
    },
  };
}
