import { describe, expect, it } from 'vitest';
import { readTestnetArguments, type TestnetArguments } from '../../src/command/arguments.ts';
import { runTestnetCommand } from '../../src/command/index.ts';
import { readyText } from '../../src/command/texts.ts';
import { freePort, takenPort } from '../free-ports.ts';
import { networks } from '../networks.ts';

const { folder } = networks();

/** Runs the command until it has printed something, looks at that, and stops it. */
async function running(
  args: readonly string[],
  look: (printed: string) => Promise<void> = async () => {},
): Promise<string> {
  const stop = new AbortController();
  let printed = '';
  let show = (): void => {};
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  const write = (text: string) => {
    printed += text;
    show();
  };
  const command = runTestnetCommand(args, { write, signal: stop.signal, program: 'paykit testnet' });
  try {
    await Promise.race([shown, command]);
    await look(printed);
  } finally {
    stop.abort();
    await command;
  }
  return printed;
}

describe('runTestnetCommand', () => {
  it('prints help by the name it is called by, and serves nothing', async () => {
    const text = await running(['--help']);
    expect(text).toMatch(/^Usage: paykit testnet \[options\]\n/);
    for (const option of ['--fixed-ports', '--folder', '--dht', '--invite-only', '--json']) {
      expect(text).toContain(option);
    }
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says where everything is and how to use it, until it is stopped', async () => {
    let relay = '';
    const text = await running([], async (printed) => {
      relay = /pkarr relay +(\S+)/.exec(printed)?.[1] ?? '';
      expect((await fetch(relay)).status).toBe(200);
      expect(printed).toContain(`relays: ['${relay}']`);
      expect(printed).toContain("PublicKey.from('8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo')");
      expect(printed).toMatch(/startAuthFlow\(capabilities, kind, 'http:\/\/localhost:\d+\/link\/'\)/);
    });
    expect(text).toContain(
      `\n  export PAYKIT_RELAYS=${relay} PAYKIT_PLAIN_HTTP_HOSTS=localhost PAYKIT_HOMESERVER=8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo\n`,
    );
    expect(text).toContain('in memory');
    await expect(fetch(relay)).rejects.toThrow();
  });

  it('says how paykit enters its DHT, in the words of its settings [Q1]', async () => {
    const text = await running(['--dht']);
    const [, nodes = ''] = /\n {2}export PAYKIT_DHT=1 PAYKIT_DHT_BOOTSTRAP=(\S+)\n/.exec(text) ?? [];
    expect(nodes.split(',')).toHaveLength(5);
    for (const node of nodes.split(',')) expect(node).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(text).toContain(`  DHT          ${nodes}\n`);
  });

  it('prints one line of JSON for programs', async () => {
    const text = await running(['--json', '--dht'], async (printed) => {
      const ready = JSON.parse(printed);
      expect(ready).toMatchObject({
        event: 'ready',
        relay: { url: expect.stringMatching(/^http:\/\/localhost:\d+$/), port: expect.any(Number) },
        homeserver: { publicKey: '8pinxxgqs41n4aididenw5apqp1urfmzdztr8jt4abrkdn435ewo' },
        authRelay: { url: expect.stringMatching(/\/link\/$/) },
        admin: { password: 'admin' },
        dht: { bootstrap: expect.arrayContaining([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]) },
      });
      expect((await fetch(ready.homeserver.url)).status).toBe(200);
    });
    expect(text).toMatch(/^[^\n]+\n$/);
  });

  it('gives an invite away where signing up takes one, and says where there are more', async () => {
    await running(['--invite-only'], async (printed) => {
      expect(printed).toMatch(/signup\(homeserver, '[0-9A-Z-]{14}'\)/);
      const [, password = '', url = ''] = /curl -H 'X-Admin-Password: (\w+)' (\S+)/.exec(printed) ?? [];
      const more = await fetch(url, { headers: { 'x-admin-password': password } });
      expect(await more.text()).toMatch(/^[0-9A-Z-]{14}$/);
    });
  });

  it('serves on the ports and from the folder it is told', async () => {
    const [port, path] = [await freePort(), await folder()];
    await running(['--relay-port', String(port), '--folder', path], async (printed) => {
      expect(printed).toContain(`http://localhost:${port}\n`);
      expect(printed).toContain(`in ${path}\n`);
    });
  });

  it('says what is wrong with its arguments, and what keeps it from starting', async () => {
    await expect(running(['--nonsense'])).rejects.toMatchObject({ code: 'TESTNET_BAD_ARGUMENTS' });
    const { port, free } = await takenPort();
    await expect(running(['--homeserver-port', String(port)])).rejects.toMatchObject({
      code: 'TESTNET_PORT_TAKEN',
      context: { service: 'homeserver', port },
    });
    await free();
  });
});

describe('readyText', () => {
  it('names the option of paykit for the fixed ports, and how to call it in a clone [Q1]', () => {
    const server = { url: 'http://localhost:1', port: 1 };
    const running = {
      relay: server,
      homeserver: { ...server, publicKey: 'abc' },
      authRelay: server,
      admin: { ...server, password: 'admin' },
      dht: undefined,
    };
    const chosen = readTestnetArguments(['--fixed-ports']) as TestnetArguments;
    const text = readyText(chosen, running, undefined);
    expect(text).toContain(
      "\n  alias paykit='npm run -s paykit --'   # in a clone of Pubky Paykit\n  paykit publish --testnet --homeserver abc\n",
    );
    expect(text).not.toContain('export');
    const withDht = readyText(
      chosen,
      { ...running, dht: { bootstrap: ['127.0.0.1:1', '127.0.0.1:2'] } },
      undefined,
    );
    expect(withDht).toContain(
      '\n  export PAYKIT_DHT=1 PAYKIT_DHT_BOOTSTRAP=127.0.0.1:1,127.0.0.1:2\n  paykit publish --testnet --homeserver abc\n',
    );
  });
});
