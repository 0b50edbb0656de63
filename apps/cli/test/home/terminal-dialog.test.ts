import { describe, expect, it } from 'vitest';
import { createHiddenLine } from '../../src/home/terminal-dialog.ts';

const typed = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('createHiddenLine', () => {
  it('collects until the line ends, whatever pieces it comes in', () => {
    const line = createHiddenLine();
    expect(line.type(typed('cor'))).toBe('more');
    expect(line.type(typed('rect\rafter'))).toBe('done');
    expect(line.read()).toEqual(typed('correct'));
  });

  it('rubs out whole characters', () => {
    const line = createHiddenLine();
    line.type(typed('ä€x\u007f\u007f\b\u007f'));
    expect(line.read()).toEqual(typed(''));
    line.type(typed('aé\u007f'));
    expect(line.read()).toEqual(typed('a'));
  });

  it.each(['\u0003', '\u0004'])('is given up with the control character %j', (key) => {
    expect(createHiddenLine().type(typed(`abc${key}`))).toBe('given up');
  });

  it('has an end', () => {
    const line = createHiddenLine();
    expect(line.type(typed('a'.repeat(1_024)))).toBe('more');
    expect(line.type(typed('a'))).toBe('too long');
  });

  it('is empty after it was wiped', () => {
    const line = createHiddenLine();
    line.type(typed('secret'));
    line.wipe();
    expect(line.read().every((byte) => byte === 0)).toBe(true);
  });
});
