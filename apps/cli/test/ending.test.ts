import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiscoveryError, SessionStoreError } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { CommandFailed, UsageError } from '../src/command-errors.ts';
import { endingOf } from '../src/ending.ts';
import { Interruption } from '../src/interruption.ts';

describe('endingOf', () => {
  it('says which path the system refuses, why, and what to do, without a stack', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'paykit-test-'));
    try {
      await writeFile(join(folder, 'file'), '');
      const path = join(folder, 'file', 'identity.json');
      const error = await open(path).catch((thrown: unknown) => thrown);
      const { text, status } = endingOf(error);
      expect(status).toBe(1);
      expect(text).toContain(`${path}: a part of this path is no folder (ENOTDIR, open).`);
      expect(text).toContain('--home');
      expect(text).not.toContain('    at ');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    ['EACCES', '/a/identity.json', '/a/identity.json: it may not be used by this user (EACCES, open)'],
    ['EWHATEVER', '/a', '/a: the system refuses it (EWHATEVER, open)'],
    ['EACCES', undefined, 'The system refuses the call open: no. See to that, then try again.'],
  ])('tells %s of %s', (code, path, text) => {
    const error = Object.assign(new Error('no'), { code, path, syscall: 'open', errno: -13 });
    expect(endingOf(error).text).toContain(text);
    expect(endingOf(error).text).not.toContain('    at ');
  });

  it.each([
    [{ syscall: 'write' }, 'The system refuses writing: no.'],
    [
      { syscall: 'listen', address: '127.0.0.1', port: 80 },
      'The system refuses listening at 127.0.0.1:80: no.',
    ],
    [
      { syscall: 'getaddrinfo', hostname: 'shop.test' },
      'The system refuses looking up the address of a host at shop.test: no.',
    ],
  ])('says what was being done where there is no path: %j', (fields, text) => {
    const error = Object.assign(new Error('no'), { code: 'ENOSPC', errno: -28, ...fields });
    expect(endingOf(error).text).toContain(text);
  });

  it('says what to do where another program keeps the store to itself in the middle of a command', () => {
    const { text, status } = endingOf(new SessionStoreError('STORE_LOCKED', { location: '/a/store' }));
    expect(status).toBe(1);
    expect(text).toMatch(/^Another program keeps the store in \/a\/store to itself.*End it, then try again/);
  });

  it('shows as it is what has said what to do next', () => {
    expect(endingOf(new CommandFailed('what to do'))).toEqual({ text: 'what to do\n', status: 1 });
    expect(endingOf(new Interruption(130))).toEqual({ text: '', status: 130 });
    expect(endingOf(new DiscoveryError('DISCOVERY_WEAK_KEY')).text).toMatch(/^DISCOVERY_WEAK_KEY: /);
    const usage = endingOf(new UsageError('wrong', 'keys revoke'));
    expect(usage.status).toBe(2);
    expect(usage.text).toContain('More: paykit keys revoke --help');
  });

  it('shows where a mistake of ours was made', () => {
    expect(endingOf(new TypeError('ours')).text).toContain('    at ');
    expect(endingOf('thrown')).toEqual({ text: 'thrown\n', status: 1 });
  });
});
