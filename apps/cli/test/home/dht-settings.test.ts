import { MAINLINE_BOOTSTRAP } from 'pubky-paykit/node';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { readDhtSettings } from '../../src/home/dht-settings.ts';

const dhtOf = (values: Parameters<typeof readDhtSettings>[0], environment = {}) =>
  readDhtSettings(values, environment, 'discover').dht;

describe('readDhtSettings', () => {
  it('uses no DHT unless it is told to', () => {
    expect(dhtOf({})).toBeUndefined();
    expect(dhtOf({}, { PAYKIT_DHT: '0', PAYKIT_DHT_BOOTSTRAP: 'localhost:1' })).toBeUndefined();
  });

  it('takes nodes from the option before the environment before the public ones', () => {
    const environment = { PAYKIT_DHT: '1', PAYKIT_DHT_BOOTSTRAP: 'a.example:1, b.example:2' };
    expect(dhtOf({ dht: true })).toEqual({ bootstrap: MAINLINE_BOOTSTRAP });
    expect(dhtOf({}, environment)).toEqual({ bootstrap: ['a.example:1', 'b.example:2'] });
    expect(dhtOf({ 'dht-bootstrap': 'c.example:3' }, environment)).toEqual({ bootstrap: ['c.example:3'] });
  });

  it('has hints repeat what was given on the command line, not what comes from elsewhere', () => {
    const given = (values: Parameters<typeof readDhtSettings>[0], environment = {}) =>
      readDhtSettings(values, environment, 'discover').givenDht;
    const nodes = { PAYKIT_DHT: '1', PAYKIT_DHT_BOOTSTRAP: 'localhost:1' };
    expect(given({}, nodes)).toBe('');
    expect(given({ dht: true }, nodes)).toBe(' --dht');
    expect(given({ dht: true, 'dht-bootstrap': 'localhost:2' })).toBe(' --dht --dht-bootstrap localhost:2');
    expect(given({ 'dht-bootstrap': 'localhost:2' }, nodes)).toBe(' --dht-bootstrap localhost:2');
  });

  it('listens on this machine only if all nodes are here', () => {
    expect(dhtOf({ dht: true, 'dht-bootstrap': 'localhost:1,127.0.0.1:2' })).toMatchObject({
      host: '127.0.0.1',
    });
    expect(dhtOf({ dht: true, 'dht-bootstrap': 'localhost:1,a.example:2' })).not.toHaveProperty('host');
  });

  it.each([
    { dht: true, 'dht-bootstrap': 'a.example' },
    { dht: true, 'dht-bootstrap': 'a.example:0' },
    { dht: true, 'dht-bootstrap': 'a.example:65536' },
    { dht: true, 'dht-bootstrap': 'a b:1' },
    { dht: true, 'dht-bootstrap': '' },
    { dht: true, 'dht-bootstrap': Array(33).fill('a.example:1').join() },
    { 'dht-bootstrap': 'a.example:1' },
    { dht: true, testnet: true },
  ])('refuses %j', (values) => {
    expect(() => dhtOf(values)).toThrow(UsageError);
  });
});
