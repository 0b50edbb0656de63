import fc from 'fast-check';
import { createMemoryStore, identityPublicKey, openRecordsIn, systemClock } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  ADDRESS_LIST_CODEC,
  type AddressList,
  MAXIMUM_ADDRESSES,
  openAddressBook,
  type RememberedAddress,
  withAddress,
} from '../../src/payments/address-book.ts';

const signal = new AbortController().signal;
const PAYEES = Array.from({ length: 9 }, (_, at) => identityPublicKey(new Uint8Array(32).fill(at + 1)));

const address: fc.Arbitrary<RememberedAddress> = fc.record({
  payee: fc.constantFrom(...PAYEES),
  method: fc.constantFrom('lightning', 'onchain', 'a'.repeat(64)),
  host: fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'pay.example', `${'a'.repeat(253)}`)),
  port: fc.integer({ min: 1, max: 65_535 }),
  noiseKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  reachedAtMs: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
});
const list = fc.array(address, { maxLength: 40 }).map((all) => all.reduce(withAddress, [] as AddressList));

const nameOf = ({ payee, method }: RememberedAddress): string =>
  `${Buffer.from(payee).toString('hex')}/${method}`;

const distinct = (count: number): AddressList =>
  Array.from({ length: count }, (_, at) => ({
    payee: identityPublicKey(new Uint8Array(32).fill(1)),
    method: `m${at}`.padEnd(64, 'x'),
    host: 'a'.repeat(253),
    port: 65_535,
    noiseKey: new Uint8Array(32),
    reachedAtMs: 8_640_000_000_000_000,
  }));

describe('ADDRESS_LIST_CODEC', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(list, (given) => {
        expect(ADDRESS_LIST_CODEC.decode(ADDRESS_LIST_CODEC.encode(given))).toEqual(given);
      }),
      { numRuns: effort(200) },
    );
  });

  it('reads nothing else: whatever is changed is refused, or another list that it would write so', () => {
    const change = fc.record({ at: fc.nat(400), remove: fc.nat(3), insert: fc.string({ maxLength: 3 }) });
    fc.assert(
      fc.property(list, change, (given, { at, remove, insert }) => {
        const text = new TextDecoder().decode(ADDRESS_LIST_CODEC.encode(given));
        const changed = new TextEncoder().encode(text.slice(0, at) + insert + text.slice(at + remove));
        let found: AddressList;
        try {
          found = ADDRESS_LIST_CODEC.decode(changed);
        } catch (error) {
          expect(error).toEqual(new RangeError('the kept addresses cannot be read'));
          return;
        }
        expect(ADDRESS_LIST_CODEC.encode(found)).toEqual(changed);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('holds the longest addresses there are, and one more is refused', () => {
    const most = distinct(MAXIMUM_ADDRESSES);
    expect(ADDRESS_LIST_CODEC.decode(ADDRESS_LIST_CODEC.encode(most))).toHaveLength(MAXIMUM_ADDRESSES);
    expect(() => ADDRESS_LIST_CODEC.encode(distinct(MAXIMUM_ADDRESSES + 1))).toThrow(RangeError);
  });

  it.each([
    ['bytes that are no text', Uint8Array.of(0xff)],
    ['more bytes than are ever written', new Uint8Array(131_073).fill(0x20)],
    ['null', new TextEncoder().encode('null')],
    [
      'a newer version',
      new TextEncoder().encode('{"format":"paykit-payee-addresses","version":2,"addresses":[]}'),
    ],
  ])('refuses %s', (_, bytes) => {
    expect(() => ADDRESS_LIST_CODEC.decode(bytes)).toThrow('the kept addresses cannot be read');
  });

  it('refuses one payee twice, a port that is none, and a time no date can show', () => {
    const [one] = distinct(1) as [RememberedAddress];
    for (const wrong of [
      [one, one],
      [{ ...one, port: 0 }],
      [{ ...one, reachedAtMs: 8_640_000_000_000_001 }],
      [{ ...one, reachedAtMs: -1 }],
      [{ ...one, reachedAtMs: 0.5 }],
    ]) {
      const bytes = ADDRESS_LIST_CODEC.encode(wrong);
      expect(() => ADDRESS_LIST_CODEC.decode(bytes)).toThrow(RangeError);
    }
  });
});

describe('openAddressBook', () => {
  it('knows the last address of each payee and method, as a map of the last 128 would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(address, { maxLength: 30 }), async (given) => {
        const store = createMemoryStore();
        const model = new Map<string, RememberedAddress>();
        for (const one of given) {
          // A book of its own each time: it is the store that remembers.
          await openAddressBook(store, { clock: systemClock }).remember(one, signal);
          model.set(nameOf(one), one);
        }
        const book = openAddressBook(store, { clock: systemClock });
        for (const { payee, method } of given) {
          const expected = model.get(nameOf({ payee, method } as RememberedAddress));
          expect(await book.find(payee, method, signal)).toEqual(expected);
        }
        expect(await book.find(PAYEES[0] as Uint8Array, 'never', signal)).toBeUndefined();
      }),
      { numRuns: effort(60) },
    );
  });

  it('makes room by what was written longest ago', () => {
    const [oldest, ...others] = distinct(MAXIMUM_ADDRESSES + 1) as [
      RememberedAddress,
      ...RememberedAddress[],
    ];
    const full = [oldest, ...others].reduce(withAddress, [] as AddressList);
    expect(full).toEqual(others);
    const again = withAddress(withAddress(others.slice(0, -1), oldest), others[0] as RememberedAddress);
    expect(again.slice(-2)).toEqual([oldest, others[0]]);
  });

  it('forgets what is damaged, and begins anew', async () => {
    const store = createMemoryStore();
    const raw = { encode: (bytes: Uint8Array) => bytes, decode: (bytes: Uint8Array) => bytes };
    const [one] = distinct(1) as [RememberedAddress];
    const damage = () => openRecordsIn(store)('payee-addresses', raw).put('all', Uint8Array.of(1, 2, 3));
    await damage();
    const book = openAddressBook(store, { clock: systemClock });
    expect(await book.find(one.payee, one.method, signal)).toBeUndefined();
    await book.remember(one, signal);
    expect(await book.find(one.payee, one.method, signal)).toEqual(one);
  });
});
