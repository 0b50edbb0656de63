import { connectPeerKeys, isCodedError, LOCAL_TESTNET, type Logger, type SessionStorage } from 'pubky-paykit';
import { listenForPayments } from 'pubky-paykit/node';
import { CommandFailed } from '../command-errors.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { withGiven } from '../home/next-command.ts';
import { type Home, openHome } from '../home/open-home.ts';
import { claimReceiving } from '../home/receiving-claim.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { createEndpointDesk, type EndpointDesk } from './endpoint-file.ts';
import { hostPortText } from './host-port.ts';
import { openPaymentStores } from './payment-folders.ts';
import { type OnActiveKey, openReceiveKeys, type ReceiveKeys } from './receive-keys.ts';
import { RECEIVE_HELP, type ReceiveOptions, readReceiveOptions } from './receive-options.ts';
import { createReceiveReport, type ReceiveReport } from './receive-report.ts';
import { countRefusedConnections, type RefusedConnections } from './refused-connections.ts';

/** Counts down to an end; `reached` resolves at zero, or when the signal is aborted. */
function createEnd(
  count: number | undefined,
  signal: AbortSignal,
): { readonly reached: Promise<void>; took(): void } {
  let left = count ?? Number.POSITIVE_INFINITY;
  let end: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  return {
    reached,
    took() {
      left -= 1;
      if (left <= 0) end();
    },
  };
}

/** Connections that come to nothing are told, and those that are too many; what peers are refused for is told with the answer. */
function reportingLogger({ failed }: ReceiveReport, { refused }: RefusedConnections): Logger {
  const ignore = (): void => {};
  const warn: Logger['warn'] = (message, { error, reason } = {}) => {
    if (error !== undefined) failed(String(error));
    else if (message === 'connection refused') refused(reason);
  };
  return { debug: ignore, info: ignore, warn, error: warn };
}

/** Where the endpoint goes; no account is made for it. */
async function ownStorage(home: Home): Promise<SessionStorage> {
  return (await home.session({ signUp: false })).storage;
}

/** Tells payers of another key, or of none; a failure is reported once until it succeeds. */
function keyTeller(desk: EndpointDesk, report: ReceiveReport): OnActiveKey {
  let hasFailed = false;
  return async (noiseKey, signal) => {
    try {
      if (noiseKey !== undefined) await desk.publish(noiseKey, signal);
      else if ((await desk.withdraw()).length > 0) throw new CommandFailed('the address still stands');
    } catch (error) {
      if (!hasFailed && !signal.aborted) report.addressFailed(isCodedError(error) ? error.code : 'unknown');
      hasFailed = true;
      throw error;
    }
    hasFailed = false;
    report.keyChanged(noiseKey);
  };
}

async function serve(
  options: ReceiveOptions,
  home: Home,
  keys: ReceiveKeys,
  surroundings: Surroundings,
): Promise<void> {
  const { listen, advertise, allowInsecure, patterns, methods, exitAfter, json, settings } = options;
  const { terminal, signal, clock } = surroundings;
  const { identity: publicKey, network, store, dht } = home;
  const sources = dht === undefined ? [] : [dht.source];
  const storage = await ownStorage(home);
  const { discovery } = connectPeerKeys({ network, store, sources, clock });
  const { receipts, oneWayRequests } = openPaymentStores(home.folder);
  const report = createReceiveReport(terminal, json);
  const refusals = countRefusedConnections(clock, report.turnedAway);
  const end = createEnd(exitAfter, signal);
  const server = await listenForPayments({
    ...listen,
    allowInsecure,
    clock,
    identity: keys.identity,
    patterns: { profiles: patterns.map(({ profile }) => profile), allowStatic: 'anyone' },
    lookUpNoiseKeys: discovery.lookUpNoiseKeys,
    methods: new Set(methods),
    amountRequired: true,
    store: receipts,
    // The receipt is the request, confirmed: this program makes no invoices.
    generateReceipt: (request) => request,
    onAnswer: (answer) => void (report.answered(answer) && end.took()),
    oneWay: { requests: oneWayRequests, onNote: (note) => void (report.noted(note) && end.took()) },
    onSession: report.connected,
    logger: reportingLogger(report, refusals),
  });
  const place = advertise ?? { host: server.host, port: server.port };
  const desk = createEndpointDesk(storage, publicKey, methods, place);
  let published = false;
  let stopWatching = async (): Promise<void> => {};
  try {
    const noiseKey = await keys.active();
    await desk.publish(noiseKey, signal);
    published = true;
    report.listening({
      identity: publicKey,
      device: home.device,
      noiseKey,
      address: hostPortText(place),
      methods,
      patterns: patterns.map(({ name }) => name),
      payOptions: settings.network === LOCAL_TESTNET ? ' --testnet' : '',
    });
    stopWatching = keys.watch(noiseKey, keyTeller(desk, report));
    await end.reached;
  } finally {
    await stopWatching();
    const [left] = await Promise.all([desk.withdraw(), server.close()]);
    refusals.end();
    if (published) report.closed(left.length === 0, left);
  }
}

/** What libraries advise in terms of their options, in terms of the command line. */
const ADVICE: Readonly<Record<string, string>> = {
  HOMESERVER_NOT_SIGNED_UP:
    'This identity has no account on its homeserver, where payers could find the address. Run `paykit keys publish` first.',
  HOMESERVER_NO_HOMESERVER:
    'This identity has no homeserver, where payers could find the address. Run `paykit keys publish --homeserver KEY` first.',
  TRANSPORT_INSECURE_HOST:
    'Other machines could connect to that address over plain TCP. Say --allow-insecure if that is meant.',
};

/** `paykit receive` [F1]. @throws CommandFailed, HomeFailed, TransportError, HomeserverError */
export async function runReceive(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readReceiveOptions(args, surroundings.environment);
  if (options === undefined) return surroundings.terminal.write(RECEIVE_HELP);
  const home = await openHome(options.settings, surroundings);
  let release = async (): Promise<void> => {};
  try {
    release = await claimReceiving(home.folder, surroundings);
    const keys = await openReceiveKeys(home, surroundings);
    try {
      await serve(options, home, keys, surroundings);
    } finally {
      await keys.close();
    }
  } catch (error) {
    // Told to end while it began: there is nothing to report.
    if (surroundings.signal.aborted) return;
    if (!isCodedError(error)) throw error;
    const { settings } = options;
    const advice = ADVICE[error.code];
    if (advice !== undefined) throw new CommandFailed(withGiven(advice, settings.given));
    throw asNetworkFailure(error, settings);
  } finally {
    await release();
    await home.close();
  }
}
