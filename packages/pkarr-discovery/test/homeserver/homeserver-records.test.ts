import { describe, expect, it } from 'vitest';
import { encodeDnsMessage, homeserverRecords, ownName, userRecord } from '../../src/index.ts';
import { thrownBy, uint16 } from '../bytes.ts';
import { numbered } from '../signers.ts';

const homeserver = numbered(0).publicKey;
const identity = numbered(1).publicKey;

describe('homeserverRecords', () => {
  it('[I3] says of a test homeserver what the official one says: its HTTP port in a private parameter', () => {
    expect(homeserverRecords({ homeserver, host: 'localhost', port: 6286 })).toEqual([
      {
        name: '8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo',
        ttl: 3_600,
        data: {
          type: 'HTTPS',
          priority: 10,
          target: 'localhost',
          parameters: new Map([[65_280, uint16(6_286)]]),
        },
      },
    ]);
  });

  it.each([
    ['the usual port', { host: 'home.example', port: 443 }, new Map()],
    ['another port', { host: 'home.example', port: 8_443 }, new Map([[3, uint16(8_443)]])],
    ['plain HTTP', { host: 'box', port: 80, plainHttp: true }, new Map([[65_280, uint16(80)]])],
    ['HTTPS on this machine', { host: 'localhost', port: 443, plainHttp: false }, new Map()],
  ])('says %s', (_, address, parameters) => {
    const [record] = homeserverRecords({ homeserver, ...address });
    expect(record?.data).toMatchObject({ target: address.host, parameters });
    encodeDnsMessage(record === undefined ? [] : [record]);
  });

  it('refuses what is no port, and no key', () => {
    for (const port of [0, -1, 65_536, 1.5, Number.NaN]) {
      expect(() => homeserverRecords({ homeserver, host: 'localhost', port })).toThrow(RangeError);
    }
    const short = { homeserver: homeserver.subarray(1), host: 'localhost', port: 1 };
    expect(thrownBy(() => homeserverRecords(short)).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});

describe('userRecord', () => {
  it('[I3] is the alias that the SDK publishes', () => {
    expect(userRecord({ identity, homeserver })).toEqual({
      name: ownName(identity, '_pubky'),
      ttl: 3_600,
      data: { type: 'HTTPS', priority: 0, target: ownName(homeserver), parameters: new Map() },
    });
  });

  it('refuses keys of other lengths', () => {
    const short = homeserver.subarray(1);
    expect(thrownBy(() => userRecord({ identity, homeserver: short })).code).toBe('DISCOVERY_WRONG_LENGTH');
    expect(thrownBy(() => userRecord({ identity: short, homeserver })).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});
