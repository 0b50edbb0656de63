import { DiscoveryError } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { CommandFailed } from '../../src/command-errors.ts';
import { HomeFailed } from '../../src/home/home-errors.ts';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { CacheFailed } from '../../src/keys/peer-cache-failure.ts';
import { failureLine, payFailure } from '../../src/payments/pay-failure-line.ts';
import { paymentFailure } from '../../src/payments/payment-failure.ts';

const settings = readHomeSettings({}, { HOME: '/somebody' }, 'pay');

const lineOf = (thrown: unknown): string =>
  failureLine(thrown, payFailure(thrown, { settings, payee: new Uint8Array(32), device: 'default' }));

describe('failureLine', () => {
  it.each([
    ['offline', paymentFailure('offline', { address: '127.0.0.1:1' })],
    ['passphrase-missing', new HomeFailed('passphrase missing', '/somebody')],
    ['cache-unusable', new CacheFailed('What is kept is damaged.')],
    ['command-failed', new CommandFailed('There is no passphrase file.')],
    [
      'DISCOVERY_LOCAL_ENDPOINT',
      new DiscoveryError('DISCOVERY_LOCAL_ENDPOINT', { homeserver: 'a', host: 'b' }),
    ],
    ['DISCOVERY_WEAK_KEY', new DiscoveryError('DISCOVERY_WEAK_KEY')],
    ['system', Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: '/a' })],
  ])('says %s in one line, with what people are told [F1]', (problem, thrown) => {
    const line = lineOf(thrown);
    expect(line.indexOf('\n')).toBe(line.length - 1);
    const { outcome, problem: said, message } = JSON.parse(line) as Record<string, string>;
    expect([outcome, said]).toEqual(['failed', problem]);
    expect(message).toMatch(/\S/);
  });

  it('shows nothing of a mistake of ours, whose message may be anything [S1.1]', () => {
    for (const thrown of [new TypeError('seed 00ff'), 'seed 00ff', undefined]) {
      expect(JSON.parse(lineOf(thrown))).toMatchObject({ outcome: 'failed', problem: 'unexpected' });
      expect(lineOf(thrown)).not.toContain('00ff');
    }
  });
});
