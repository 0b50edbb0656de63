/** What goes wrong with a request. The first that applies, in this order, is what happens. */
export interface Fault {
  /** Milliseconds before anything happens, by the clock of the network. */
  readonly latencyMs?: number;
  /** The connection is reset before the server has done anything. */
  readonly refuse?: boolean;
  /** The server never answers, and does nothing. */
  readonly hang?: boolean;
  /** Answered with this status; the server does nothing. */
  readonly status?: number;
  /** The server does its work, a write is kept, and then the connection is reset instead of an answer. */
  readonly drop?: boolean;
  /** The answer is announced whole, and the connection reset in the middle of it. */
  readonly truncate?: boolean;
}

/** A fault of the pkarr relay. */
export interface RelayFault extends Fault {
  /** Answers with the packet before the newest one, or with 404 if there was none. */
  readonly stalePacket?: boolean;
}

/** A fault of the homeserver. */
export interface HomeserverFault extends Fault {
  /** Answers with an `etag` that is not the one of the content. */
  readonly wrongEtag?: boolean;
}

/** A request, as far as faults are chosen by it. */
export interface FaultSubject {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
}

/** Which requests a fault is for. */
export interface FaultScope {
  /** All of what is given must hold: a method, a path (exactly, or a pattern); or a function that says yes. */
  readonly only?:
    | { readonly method?: string; readonly path?: string | RegExp }
    | ((request: FaultSubject) => boolean);
  /** How many requests; then the fault is gone. `Infinity` if not given. */
  readonly times?: number;
}

/** Switches the faults of one server on and off. */
export interface FaultSwitch<Kind extends Fault> {
  /**
   * Switches a fault on; of several that are meant for a request, the one set last happens. Returns what takes this one
   * away again.
   *
   * @throws RangeError if `times` is below 1 or `latencyMs` below 0, or `status` is no status.
   */
  set(fault: Kind, scope?: FaultScope): () => void;
  /** Switches all off. Requests that hang go on hanging until their client leaves or the network closes. */
  clear(): void;
}

/** The side of the server: asks what goes wrong with a request, and counts it. */
export interface FaultSource<Kind extends Fault> {
  take(request: FaultSubject): Kind | undefined;
}

interface Rule<Kind> {
  readonly fault: Kind;
  readonly applies: (request: FaultSubject) => boolean;
  left: number;
}

const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;

function check({ latencyMs = 0, status = LOWEST_STATUS }: Fault, times: number): void {
  if (!(latencyMs >= 0)) throw new RangeError('latencyMs must be 0 or more');
  if (!(times >= 1)) throw new RangeError('times must be 1 or more');
  if (!Number.isInteger(status) || status < LOWEST_STATUS || status > HIGHEST_STATUS) {
    throw new RangeError(`status must be an integer from ${LOWEST_STATUS} to ${HIGHEST_STATUS}`);
  }
}

function matcher(only: FaultScope['only']): (request: FaultSubject) => boolean {
  if (typeof only === 'function') return only;
  const { method, path } = only ?? {};
  // A pattern with one of these flags would remember where it stopped.
  const pattern =
    path instanceof RegExp ? new RegExp(path.source, path.flags.replace(/[gy]/g, '')) : undefined;
  return (request) =>
    (method === undefined || method.toUpperCase() === request.method) &&
    (pattern === undefined ? path === undefined || path === request.path : pattern.test(request.path));
}

/** The switch for tests, and the source for the server. */
export function createFaultSwitch<Kind extends Fault>(): FaultSwitch<Kind> & FaultSource<Kind> {
  let rules: readonly Rule<Kind>[] = [];
  return {
    set(fault, { only, times = Number.POSITIVE_INFINITY } = {}) {
      check(fault, times);
      const rule: Rule<Kind> = { fault: { ...fault }, applies: matcher(only), left: times };
      rules = [rule, ...rules];
      return () => {
        rules = rules.filter((other) => other !== rule);
      };
    },
    clear() {
      rules = [];
    },
    take(request) {
      const rule = rules.find(({ applies }) => applies(request));
      if (rule === undefined) return undefined;
      rule.left -= 1;
      rules = rules.filter(({ left }) => left > 0);
      return rule.fault;
    },
  };
}
