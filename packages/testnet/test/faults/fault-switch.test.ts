import { describe, expect, it } from 'vitest';
import { createFaultSwitch, type RelayFault } from '../../src/faults/fault-switch.ts';

const get = { method: 'GET', path: '/pub/a' };
const put = { method: 'PUT', path: '/pub/a' };

describe('createFaultSwitch', () => {
  it('says nothing until something is set, and after clear', () => {
    const faults = createFaultSwitch<RelayFault>();
    expect(faults.take(get)).toBeUndefined();
    faults.set({ status: 503 });
    faults.set({ drop: true });
    faults.clear();
    expect(faults.take(get)).toBeUndefined();
  });

  it('counts times', () => {
    const faults = createFaultSwitch();
    faults.set({ status: 503 }, { times: 2 });
    expect([get, get, get].map((request) => faults.take(request)?.status)).toEqual([503, 503, undefined]);
  });

  it.each([
    [{ method: 'put' }, [false, true]],
    [{ path: '/pub/a' }, [true, true]],
    [{ path: '/pub' }, [false, false]],
    [{ path: /^\/pub\//g }, [true, true]],
    [{ method: 'GET', path: /b$/ }, [false, false]],
    [({ method }: { method: string }) => method === 'GET', [true, false]],
    [{}, [true, true]],
  ])('with only %j, is for these requests alone', (only, expected) => {
    const faults = createFaultSwitch();
    faults.set({ hang: true }, { only });
    expect([get, put].map((request) => faults.take(request) !== undefined)).toEqual(expected);
    // A pattern that is global does not forget where it began.
    expect([get, put].map((request) => faults.take(request) !== undefined)).toEqual(expected);
  });

  it('prefers what was set last, and takes back one alone', () => {
    const faults = createFaultSwitch();
    faults.set({ status: 500 });
    const takeBack = faults.set({ status: 503 });
    expect(faults.take(get)?.status).toBe(503);
    takeBack();
    takeBack();
    expect(faults.take(get)?.status).toBe(500);
  });

  it('does not count requests a fault is not for', () => {
    const faults = createFaultSwitch();
    faults.set({ status: 503 }, { only: { method: 'PUT' }, times: 1 });
    faults.take(get);
    expect(faults.take(put)?.status).toBe(503);
  });

  it.each([
    [{ latencyMs: -1 }, {}],
    [{ latencyMs: Number.NaN }, {}],
    [{ status: 99 }, {}],
    [{ status: 600 }, {}],
    [{ status: 503.5 }, {}],
    [{}, { times: 0 }],
    [{}, { times: Number.NaN }],
  ])('refuses %j with %j', (fault, scope) => {
    expect(() => createFaultSwitch().set(fault, scope)).toThrow(RangeError);
  });
});
