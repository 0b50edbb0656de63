import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { deriveNoiseSecret } from 'pubky-paykit';
import { expect, it } from 'vitest';
import { runCreate } from '../../src/identity/create.ts';
import { runExport } from '../../src/identity/export.ts';
import { runImport } from '../../src/identity/import.ts';
import { runShow } from '../../src/identity/show.ts';
import { runDiscover } from '../../src/keys/discover.ts';
import { runPrepare } from '../../src/keys/prepare.ts';
import { runPublish } from '../../src/keys/publish.ts';
import { runRevoke } from '../../src/keys/revoke.ts';
import { runRotate } from '../../src/keys/rotate.ts';
import { runStatus } from '../../src/keys/status.ts';
import { localNetwork, type Ran, temporaryFolder } from '../home/command-run.ts';
import { personIn, writings } from './people.ts';

const folder = temporaryFolder();
const network = localNetwork();
const alice = personIn(folder, network, 'alice');

/** Everything anybody can get to see of a command: what it writes, and its error, printed as deep as can be. */
const seenOf = ({ all, error }: Ran): string =>
  `${all}${inspect(error, { depth: 12, showHidden: true })}${JSON.stringify(error)}`;

it('no command shows seed, Noise secrets or passphrase, whatever comes of it, nor do the files of the home [S1.1]', async () => {
  const seed = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 0xff);
  const secrets = [seed, deriveNoiseSecret(seed, 'default'), deriveNoiseSecret(seed, 'default#1')];
  const texts = [...secrets.flatMap(writings), 'correct horse'];
  const input = Buffer.from(seed).toString('hex');
  const request = folder.inside('request');
  const identity = folder.inside('identity');

  const commands: readonly (readonly [Parameters<typeof alice.run>[0], readonly string[]])[] = [
    [runImport, ['--stdin']],
    [runImport, ['--stdin']],
    [runCreate, []],
    [runShow, ['--json']],
    [runPublish, []],
    [runStatus, []],
    [runRotate, []],
    [runRevoke, ['--all', '--yes']],
    [runStatus, ['--json']],
    [runPrepare, ['--request-out', request, '--action', 'rotate']],
    [runPrepare, ['--in', request, '--out', folder.inside('signed'), '--yes']],
    [runPublish, ['--prepared', folder.inside('signed')]],
    [runExport, ['--out', folder.inside('seed')]],
    [runExport, ['--out', folder.inside('seed')]],
    [runExport, ['--public', '--out', identity]],
    [runExport, ['--session', '--out', folder.inside('session')]],
    [runDiscover, ['y'.repeat(52)]],
  ];
  const shown: string[] = [];
  for (const faulty of [false, true]) {
    if (faulty) {
      network.testnet.faults.relay.set({ status: 500 });
      network.testnet.faults.homeserver.set({ status: 500 });
    }
    for (const [command, args] of commands) {
      shown.push(seenOf(await alice.run(command, args, { input })));
      const wrong = { environment: { PAYKIT_PASSPHRASE: 'incorrect' } };
      shown.push(seenOf(await alice.run(command, args, { input, ...wrong })));
    }
  }
  expect(shown.join('').length).toBeGreaterThan(5_000);
  for (const text of texts) expect(shown.join('\n')).not.toContain(text);

  const entries = await readdir(folder.inside('alice'), { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const content = await readFile(join(entry.parentPath, entry.name));
    for (const secret of secrets) expect(content.includes(Buffer.from(secret)), entry.name).toBe(false);
    for (const text of texts) expect(content.includes(text), entry.name).toBe(false);
  }
});
