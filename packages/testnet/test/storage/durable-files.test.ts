import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdersOf } from '../../src/storage/durable-files.ts';

const paths = (...names: readonly string[]) => names.map((name) => resolve(name));

describe('holdersOf', () => {
  it('names every folder that has to be synced so that none of those that were made is lost', () => {
    expect(holdersOf(resolve('/x/a'), resolve('/x/a'))).toEqual(paths('/x'));
    expect(holdersOf(resolve('/x/a'), resolve('/x/a/b/c'))).toEqual(paths('/x/a/b', '/x/a', '/x'));
    expect(holdersOf(resolve('/a'), resolve('/a/b'))).toEqual(paths('/a', '/'));
  });

  it('ends at the root, whatever it is asked', () => {
    expect(holdersOf(resolve('/elsewhere'), resolve('/a'))).toEqual(paths('/', '/'));
  });
});
