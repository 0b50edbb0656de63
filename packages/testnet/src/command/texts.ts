import { TESTNET_PORTS } from '../constants.ts';
import type { Testnet } from '../testnet.ts';
import type { TestnetArguments } from './arguments.ts';

/** What `--help` prints. @param program how the command is called. */
export function testnetHelp(program: string): string {
  const { relay, homeserver, authRelay, admin, dht } = TESTNET_PORTS;
  return `Usage: ${program} [options]

Runs a Pubky network on this machine until it is stopped: a pkarr relay, a
homeserver and an auth relay. Nothing of it can be reached from elsewhere.

  --fixed-ports          the ports that Pubky.testnet() of the SDK looks at:
                         relay ${relay}, homeserver ${homeserver}, auth relay ${authRelay},
                         administration ${admin}, DHT ${dht} (default: free ones)
  --relay-port N         one port by itself; likewise --homeserver-port,
                         --auth-relay-port, --admin-port, --dht-port
  --folder DIR           keep everything in DIR, and go on from there next time
                         (default: in memory, gone at the end)
  --dht                  a small Mainline DHT behind the relay
  --invite-only          signing up takes an invite; see what is printed then
  --json                 print the addresses as one line of JSON
  -h, --help             show this text
`;
}

type Running = Pick<Testnet, 'relay' | 'authRelay' | 'admin' | 'dht'> & {
  readonly homeserver: Pick<Testnet['homeserver'], 'url' | 'port' | 'publicKey'>;
};

/** The addresses as one line of JSON, for programs. */
export function readyLine({ relay, homeserver, authRelay, admin, dht }: Running): string {
  const { url, port, publicKey } = homeserver;
  return `${JSON.stringify({ event: 'ready', relay, homeserver: { url, port, publicKey }, authRelay, admin, dht })}\n`;
}

function row(name: string, value: string): string {
  return `  ${name.padEnd(13)}${value}\n`;
}

/** How to get the SDK to use this network. */
function clientLine({ ports }: TestnetArguments, { relay }: Running): string {
  if (ports === 'testnet') return 'const pubky = Pubky.testnet();';
  return `const pubky = Pubky.withClient(new Client({ pkarr: { relays: ['${relay.url}'] } }));`;
}

function snippet(chosen: TestnetArguments, running: Running, invite: string | undefined): string {
  const names =
    chosen.ports === 'testnet' ? 'Keypair, Pubky, PublicKey' : 'Client, Keypair, Pubky, PublicKey';
  const code = invite === undefined ? '' : `, '${invite}'`;
  return `Node, and browsers through a bundler (npm install @synonymdev/pubky):

  import { ${names} } from '@synonymdev/pubky';

  ${clientLine(chosen, running)}
  const homeserver = PublicKey.from('${running.homeserver.publicKey}');
  const session = await pubky.signer(Keypair.random()).signup(homeserver${code});
  await session.storage.putText('/pub/example/hello.txt', 'hello');

Sign-in links: pubky.startAuthFlow(capabilities, kind, '${running.authRelay.url}')
In browsers, open the page as http://localhost:…, not by an address: sessions are cookies of localhost.
`;
}

/** What makes the lines below work in a clone, where nothing called paykit is installed. */
const ALIAS = "alias paykit='npm run -s paykit --'   # in a clone of Pubky Paykit";

/** How to get the command line of Paykit to use this network. */
function paykitText({ ports }: TestnetArguments, { relay, homeserver, dht }: Running): string {
  const { publicKey } = homeserver;
  const nodes =
    dht === undefined ? [] : [`export PAYKIT_DHT=1 PAYKIT_DHT_BOOTSTRAP=${dht.bootstrap.join(',')}`];
  const line =
    ports === 'testnet'
      ? `paykit publish --testnet --homeserver ${publicKey}`
      : `export PAYKIT_RELAYS=${relay.url} PAYKIT_PLAIN_HTTP_HOSTS=localhost PAYKIT_HOMESERVER=${publicKey}`;
  const lines = [ALIAS, ...nodes, line].map((text) => `  ${text}\n`).join('');
  return `The command line of Paykit (paykit), in another terminal:\n\n${lines}\n`;
}

function inviteText({ admin }: Running): string {
  const request = `curl -H 'X-Admin-Password: ${admin.password}' ${admin.url}/generate_signup_token`;
  return `Signing up takes an invite, once. The code above is one; for more:\n\n  ${request}\n\n`;
}

/**
 * What is printed for people once the network runs.
 *
 * @param invite a code that can be used, where signing up takes one.
 */
export function readyText(chosen: TestnetArguments, running: Running, invite: string | undefined): string {
  const { relay, homeserver, authRelay, admin, dht } = running;
  return [
    'A Pubky network is running on this machine. Ctrl-C stops it.\n\n',
    row('pkarr relay', relay.url),
    row('homeserver', homeserver.url),
    row('', homeserver.publicKey),
    row('auth relay', authRelay.url),
    row('admin', `${admin.url} (password: ${admin.password})`),
    ...(dht === undefined ? [] : [row('DHT', dht.bootstrap.join(','))]),
    row('data', chosen.folder === undefined ? 'in memory' : `in ${chosen.folder}`),
    '\n',
    paykitText(chosen, running),
    snippet(chosen, running, invite),
    ...(invite === undefined ? [] : ['\n', inviteText(running)]),
  ].join('');
}
