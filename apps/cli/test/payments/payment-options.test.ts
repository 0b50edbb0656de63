import { DEFAULT_SERVER_LIMITS } from 'pubky-paykit/node';
import { describe, expect, it } from 'vitest';
import { PAY_HELP, readPayOptions } from '../../src/payments/pay-options.ts';
import { paymentFailure } from '../../src/payments/payment-failure.ts';
import { endpointPath } from '../../src/payments/payment-method.ts';
import { printable } from '../../src/payments/printable.ts';
import { RECEIVE_HELP, readReceiveOptions } from '../../src/payments/receive-options.ts';

const PAYEE = 'tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy';

describe('readPayOptions', () => {
  it('asks for lightning in SAT of the default device unless told otherwise', () => {
    const options = readPayOptions([`pubky://${PAYEE}`, '--amount', '0.005'], {});
    expect(options).toMatchObject({
      amount: '0.005',
      currency: 'SAT',
      method: 'lightning',
      device: 'default',
    });
    expect([options?.connect, options?.pattern]).toEqual([undefined, undefined]);
    expect([options?.allowInsecure, options?.trustFirstContact]).toEqual([false, false]);
  });

  it('reads the rest', () => {
    const args = [
      PAYEE,
      '--amount',
      '1',
      '--pattern',
      'IK-raw',
      '--connect',
      '[::1]:9735',
      '--method',
      'onchain',
    ];
    expect(readPayOptions([...args, '--device', 'phone', '--json'], {})).toMatchObject({
      pattern: { name: 'IK-raw' },
      connect: { host: '::1', port: 9735 },
      method: 'onchain',
      device: 'phone',
      json: true,
    });
  });

  it.each([
    ['no payee', ['--amount', '1']],
    ['two payees', [PAYEE, PAYEE, '--amount', '1']],
    ['a payee that is no key', ['bob', '--amount', '1']],
    ['no amount', [PAYEE]],
    ['an amount of nothing', [PAYEE, '--amount', '0']],
    ['a negative amount', [PAYEE, '--amount=-1']],
    ['an amount in words', [PAYEE, '--amount', '1e3']],
    ['a currency without end', [PAYEE, '--amount', '1', '--currency', 'x'.repeat(33)]],
    ['a currency without a letter', [PAYEE, '--amount', '1', '--currency', '']],
    ['a currency of blanks', [PAYEE, '--amount', '1', '--currency', ' ']],
    ['a method that is a path', [PAYEE, '--amount', '1', '--method', '../requests']],
    ['a method that is a folder', [PAYEE, '--amount', '1', '--method', 'requests']],
    ['a pattern there is not', [PAYEE, '--amount', '1', '--pattern', 'kk']],
    ['an address without port', [PAYEE, '--amount', '1', '--connect', 'localhost']],
    ['an address with port 0', [PAYEE, '--amount', '1', '--connect', 'localhost:0']],
    ['trust in whoever listens nowhere', [PAYEE, '--amount', '1', '--trust-first-contact']],
    ['a device that is none', [PAYEE, '--amount', '1', '--device', 'My Phone']],
    ['an option there is not', [PAYEE, '--amount', '1', '--seed', 'x']],
  ])('refuses %s', (_, args) => {
    expect(() => readPayOptions(args, {})).toThrowError(expect.objectContaining({ command: 'pay' }));
  });
});

describe('an amount that cannot be', () => {
  it.each([
    ['a positive decimal number', ['--amount', '-5']],
    ['a positive decimal number', ['--amount', '-.5']],
    ['a positive decimal number', ['--amount=-5']],
    ['paykit pay wants --amount, such as --amount 21.', []],
  ])('is answered with %s', (text, args) => {
    expect(() => readPayOptions([PAYEE, ...args], {})).toThrow(text);
  });
});

describe('readReceiveOptions', () => {
  it('listens on a free port of this machine for what names its payers', () => {
    const options = readReceiveOptions([], {});
    expect(options).toMatchObject({ listen: { host: '127.0.0.1', port: 0 }, methods: ['lightning'] });
    expect(options?.patterns.map(({ name }) => name)).toEqual(['IK', 'IK-raw', 'XX']);
    expect([options?.exitAfter, options?.allowInsecure]).toEqual([undefined, false]);
  });

  it('takes each pattern and each method once', () => {
    const options = readReceiveOptions(
      ['--patterns', 'ik, NN,ik', '--method', 'a', '--method', 'b', '--method', 'a', '--once'],
      {},
    );
    expect(options?.patterns.map(({ name }) => name)).toEqual(['IK', 'NN']);
    expect(options).toMatchObject({ methods: ['a', 'b'], exitAfter: 1 });
    expect(readReceiveOptions(['--exit-after', '12'], {})).toMatchObject({ exitAfter: 12 });
  });

  it.each([
    ['an argument', ['x']],
    ['a pattern there is not', ['--patterns', 'ik,kk']],
    ['no pattern', ['--patterns', '']],
    ['an end after nothing', ['--exit-after', '0']],
    ['two ends', ['--once', '--exit-after', '2']],
    ['an address without port', ['--listen', '127.0.0.1']],
    ['every address and none to publish', ['--listen', '0.0.0.0:1', '--allow-insecure']],
    ['an address to publish with port 0', ['--advertise', 'pay.example:0']],
  ])('refuses %s', (_, args) => {
    expect(() => readReceiveOptions(args, {})).toThrowError(expect.objectContaining({ command: 'receive' }));
  });
});

describe('the help of payments', () => {
  it('says that nobody confirms what is sent one way, and what a first contact is [F3]', () => {
    expect(PAY_HELP).toMatch(/n sends a\s+request one way, in nobody's name: nothing comes back/);
    expect(PAY_HELP).toMatch(
      /Exit status 0 if the receipt is confirmed and kept, or with --pattern n if\s+the request was sent/,
    );
    expect(PAY_HELP).toMatch(/--trust-first-contact {4}with --connect/);
  });

  it('promises no sign-up, and says how an interrupted payee ends', () => {
    for (const help of [PAY_HELP, RECEIVE_HELP]) {
      expect(help).not.toContain('sign up');
      expect(help).toContain('--homeserver KEY       changes nothing here');
    }
    expect(RECEIVE_HELP).toContain('exit status 130');
  });

  it('names the limit of connections that is kept [F1]', () => {
    const { maxConnectionsPerIp, newConnectionsPerMinutePerIp } = DEFAULT_SERVER_LIMITS;
    expect(RECEIVE_HELP).toContain(
      `From one address ${newConnectionsPerMinutePerIp} connections are taken a minute, and ${maxConnectionsPerIp} at once`,
    );
    expect(paymentFailure('broken-off').message).toContain(
      `busy (\`paykit receive\` takes ${newConnectionsPerMinutePerIp} connections a minute`,
    );
  });
});

describe('printable', () => {
  it('lets no text of a peer move the cursor, turn the direction of writing, or go on for ever', () => {
    expect(printable('a\u001b[2Jb\u009bc\u202ed\ne')).toBe('a\ufffd[2Jb\ufffdc\ufffdd\ufffde');
    expect(printable('x'.repeat(300))).toHaveLength(201);
    expect(printable('zwölf €')).toBe('zwölf €');
  });
});

describe('endpointPath', () => {
  it('is where 0.8 publishes and looks', () => {
    expect(endpointPath('lightning')).toBe('/pub/paykit.app/v0/lightning');
  });
});
