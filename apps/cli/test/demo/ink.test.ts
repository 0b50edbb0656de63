import { describe, expect, it } from 'vitest';
import { createColourInk, inkFor, PLAIN_INK } from '../../src/demo/ink.ts';

describe('inkFor', () => {
  it.each([
    [{}],
    [{ isTTY: false, hasColors: () => true }],
    [{ isTTY: true, hasColors: () => false }],
    [{ isTTY: true }],
  ])('uses no colours where nobody sees or wants them: %o', (output) => {
    expect(inkFor(output)).toBe(PLAIN_INK);
  });

  it('uses colours on a terminal that has them', () => {
    expect(inkFor({ isTTY: true, hasColors: () => true }).strong('x')).toBe('\u001b[1mx\u001b[0m');
  });
});

describe('createColourInk', () => {
  it('gives a name the same colour every time, and another name another one', () => {
    const ink = createColourInk();
    const [alice, bob] = [ink.person('Alice  '), ink.person('Bob')];
    expect(ink.person('Alice').slice(0, 5)).toBe(alice.slice(0, 5));
    expect(bob.slice(0, 5)).not.toBe(alice.slice(0, 5));
  });
});
