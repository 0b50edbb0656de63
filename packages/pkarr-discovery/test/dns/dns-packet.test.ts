import { describe, expect, it } from 'vitest';
import { type DnsRecord, decodeDnsMessage, encodeDnsMessage } from '../../src/index.ts';
import { ascii, bytes } from '../bytes.ts';
import { dnsPacket, type ReferenceRecord } from '../reference.ts';

const KEY = 'y'.repeat(52);

/** The same records in our form and in that of dns-packet. */
const PAIRS: readonly (readonly [DnsRecord, ReferenceRecord])[] = [
  [
    { name: KEY, ttl: 60, data: { type: 'A', address: bytes('7f000001') } },
    { type: 'A', name: KEY, ttl: 60, class: 'IN', data: '127.0.0.1' },
  ],
  [
    { name: KEY, ttl: 60, data: { type: 'AAAA', address: Uint8Array.of(...new Array(15).fill(0), 1) } },
    { type: 'AAAA', name: KEY, ttl: 60, class: 'IN', data: '::1' },
  ],
  [
    { name: `ns.${KEY}`, ttl: 2, data: { type: 'NS', target: `a.${KEY}` } },
    { type: 'NS', name: `ns.${KEY}`, ttl: 2, class: 'IN', data: `a.${KEY}` },
  ],
  [
    { name: `www.${KEY}`, ttl: 3, data: { type: 'CNAME', target: 'example.com' } },
    { type: 'CNAME', name: `www.${KEY}`, ttl: 3, class: 'IN', data: 'example.com' },
  ],
  [
    {
      name: `_noise.phone.${KEY}`,
      ttl: 300,
      class: 3,
      data: { type: 'TXT', strings: [ascii('v=1'), ascii('')] },
    },
    {
      type: 'TXT',
      name: `_noise.phone.${KEY}`,
      ttl: 300,
      class: 'CH',
      data: [Buffer.from('v=1'), Buffer.alloc(0)],
    },
  ],
  [
    {
      name: `_pubky.${KEY}`,
      ttl: 3_600,
      data: { type: 'HTTPS', priority: 0, target: 'foo', parameters: new Map([[3, bytes('0035')]]) },
    },
    {
      type: 'UNKNOWN_65',
      name: `_pubky.${KEY}`,
      ttl: 3_600,
      class: 'IN',
      data: Buffer.from('000003666f6f00000300020035', 'hex'),
    },
  ],
  [
    { name: KEY, ttl: 0, data: { type: 'unknown', typeNumber: 999, bytes: bytes('beef') } },
    { type: 'UNKNOWN_999', name: KEY, ttl: 0, class: 'IN', data: Buffer.from('beef', 'hex') },
  ],
];
const ours = PAIRS.map(([record]) => record);
const theirs = PAIRS.map(([, record]) => record);

describe('encodeDnsMessage', () => {
  it('[I3] writes what dns-packet reads', () => {
    const { answers } = dnsPacket.decode(Buffer.from(encodeDnsMessage(ours)));
    for (const [index, answer] of answers.entries()) expect(answer).toMatchObject(theirs[index] ?? {});
    expect(answers).toHaveLength(theirs.length);
  });

  it('writes half as much as dns-packet, which does not compress names', () => {
    expect(encodeDnsMessage(ours).length).toBeLessThan(dnsPacket.encode({ answers: theirs }).length / 1.8);
  });
});

describe('decodeDnsMessage', () => {
  it('[I3] reads what dns-packet writes, questions beside it or not', () => {
    expect(decodeDnsMessage(dnsPacket.encode({ type: 'response', answers: theirs }))).toEqual(ours);
    const questions = [{ type: 'A', name: 'question.example', data: undefined }];
    const asked = dnsPacket.encode({ id: 7, type: 'query', flags: 256, questions, answers: theirs });
    expect(decodeDnsMessage(asked)).toEqual(ours);
  });

  it('[I3] keeps what an MX and an SRV of dns-packet mean', () => {
    const answers = [
      { type: 'MX', name: KEY, ttl: 1, class: 'IN', data: { preference: 7, exchange: `mail.${KEY}` } },
      {
        type: 'SRV',
        name: KEY,
        ttl: 1,
        class: 'IN',
        data: { priority: 1, weight: 2, port: 3, target: `srv.${KEY}` },
      },
    ];
    const read = decodeDnsMessage(dnsPacket.encode({ answers }));
    const again = dnsPacket.decode(Buffer.from(encodeDnsMessage([...ours.slice(0, 2), ...read])));
    expect(again.answers.slice(2)).toMatchObject(answers);
  });
});
