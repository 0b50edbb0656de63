import { describe, expect, it } from 'vitest';
import { createAddressBook, createBookKeeper } from '../../src/demo/address-book.ts';

const bytes = (value: number) => new Uint8Array(32).fill(value);

describe('createAddressBook', () => {
  it('finds every key an identity has announced, through one keeper', async () => {
    const keepBook = createBookKeeper();
    const [mine, theirs] = [createAddressBook(keepBook), createAddressBook(keepBook)];
    await mine.announce(bytes(1), bytes(2));
    await mine.announce(bytes(1), bytes(3));
    expect(await theirs.lookUp(bytes(1), {})).toEqual([bytes(2), bytes(3)]);
  });

  it('finds none of an identity that has announced none', async () => {
    expect(await createAddressBook(createBookKeeper()).lookUp(bytes(1), {})).toEqual([]);
  });
});
