import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { claimLock, lockFolder } from '../../src/storage/folder-lock.ts';
import { isAlive, ownIdentity } from '../../src/storage/process-identity.ts';
import { networks } from '../networks.ts';

const { folder } = networks();

/** The number of a process that has ended and been asked how. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('lockFolder', () => {
  it('lets one in at a time, and the next after a release', async () => {
    const path = await folder();
    const lock = await lockFolder(path);
    await expect(lockFolder(path)).rejects.toMatchObject({
      code: 'TESTNET_FOLDER_IN_USE',
      context: { folder: path, processId: process.pid },
    });
    await lock.release();
    await lock.release();
    const next = await lockFolder(path);
    await next.release();
    expect(await readdir(path)).toEqual(['lock-2']);
  });

  it('takes over from a process that has died', async () => {
    const path = await folder();
    await writeFile(join(path, 'lock-7'), `${await endedProcess()} \n`);
    const lock = await lockFolder(path);
    expect(await readdir(path)).toEqual(['lock-8']);
    await lock.release();
  });

  it('takes over from a process whose number another one has by now', async () => {
    const path = await folder();
    await writeFile(join(path, 'lock-1'), `${process.pid} another boot/1\n`);
    const { born } = await ownIdentity();
    // Only where the system tells when a process was born.
    if (born === '') await expect(lockFolder(path)).rejects.toMatchObject({ code: 'TESTNET_FOLDER_IN_USE' });
    else await (await lockFolder(path)).release();
  });

  it('does not take over from a process of which no more than the number is known', async () => {
    const path = await folder();
    await writeFile(join(path, 'lock-1'), `${process.pid} \n`);
    await expect(lockFolder(path)).rejects.toMatchObject({ code: 'TESTNET_FOLDER_IN_USE' });
  });

  it.each(['', 'rubbish', '99999999999 x\n', '12 x'])('takes over a lock that says %j', async (text) => {
    const path = await folder();
    await writeFile(join(path, 'lock-3'), text);
    await (await lockFolder(path)).release();
    expect(await readFile(join(path, 'lock-4'), 'utf8')).toBe('');
  });

  it('lets exactly one of many in who come at once, also over a dead one', async () => {
    for (let round = 0; round < effort(40); round++) {
      const path = await folder();
      if (round % 2 === 0) await writeFile(join(path, 'lock-5'), `${2 ** 30} \n`);
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(path)));
      const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      expect(won).toHaveLength(1);
      for (const attempt of attempts) {
        if (attempt.status === 'rejected') {
          expect(attempt.reason).toMatchObject({ code: 'TESTNET_FOLDER_IN_USE' });
        }
      }
      await won[0]?.release();
      expect(await readdir(path)).toHaveLength(1);
    }
  });

  it('says so if it cannot write', async () => {
    await expect(lockFolder('/dev/null/nowhere')).rejects.toMatchObject({
      code: 'TESTNET_STORAGE_FAILED',
      context: { what: 'locking the folder' },
    });
  });
});

describe('claimLock', () => {
  it('takes no number that somebody has, and none below one that somebody has', async () => {
    const path = await folder();
    expect(await claimLock(path, 7, 'text')).toBe(true);
    expect(await claimLock(path, 7, 'other')).toBe(false);
    // As when somebody who was slower has seen number 5, and 6 has come and gone meanwhile.
    expect(await claimLock(path, 6, 'other')).toBe(false);
    expect(await readdir(path)).toEqual(['lock-7']);
    expect(await readFile(join(path, 'lock-7'), 'utf8')).toBe('text');
  });
});

describe('isAlive', () => {
  it('knows this process, and one that has ended', async () => {
    expect(await isAlive(await ownIdentity())).toBe(true);
    expect(await isAlive({ processId: await endedProcess(), born: '' })).toBe(false);
  });

  it('takes one that has ended for dead before anybody has asked how, where the system tells', async () => {
    if ((await ownIdentity()).born === '') return;
    // A shell that goes on without asking after its child.
    const shell = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [text] = await once(shell.stdout, 'data');
    const processId = Number(String(text));
    while (await isAlive({ processId, born: '' })) await new Promise((resolve) => setImmediate(resolve));
    shell.kill('SIGKILL');
    await once(shell, 'exit');
    expect(processId).toBeGreaterThan(0);
  });
});
