import { type RandomSource, Secret } from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { HomeserverError } from '../errors.ts';
import { linkedSignal } from '../linked-signal.ts';
import { agreedSignUp } from '../sessions/approval.ts';
import type {
  ApprovalOptions,
  AuthFlow,
  AuthFlowOptions,
  HomeserverSession,
  SignUpOptions,
} from '../sessions/homeserver.ts';
import { AUTH_SECRET_BYTES, authChannelUrl } from '../wire/auth-channel.ts';
import { formatAuthRequest, parseAuthRequest } from '../wire/auth-request.ts';
import { type Capability, parseCapabilities } from '../wire/capabilities.ts';
import type { MemoryStorageParts } from './memory-storage.ts';

/** What sign-in links in memory need from their homeserver. */
export interface MemoryFlowParts extends MemoryStorageParts {
  readonly random: RandomSource;
  openSession(owner: Uint8Array, capabilities: readonly Capability[]): HomeserverSession;
}

/** Links and the channels behind them. */
export interface MemoryFlows {
  start(options: AuthFlowOptions): AuthFlow;
  approve(
    owner: Uint8Array,
    link: string,
    call: ApprovalOptions | undefined,
    signUp: (options: SignUpOptions) => Promise<void>,
  ): Promise<void>;
}

interface Approval {
  readonly owner: Uint8Array;
  readonly capabilities: readonly Capability[];
}

/** The same time-outs as elsewhere would need a clock that moves: in memory a wait ends by its signal, or by `close`. */
const NO_CLOCK = { now: () => 0, schedule: () => () => {} };

/** No links yet. */
export function createMemoryFlows(parts: MemoryFlowParts): MemoryFlows {
  const approvals = new Map<string, Approval>();
  const waiting = new Map<string, () => void>();

  const receive = async (channel: string): Promise<Approval> => {
    let approval = approvals.get(channel);
    while (approval === undefined) {
      await new Promise<void>((resolve) => waiting.set(channel, resolve));
      approval = approvals.get(channel);
    }
    return approval;
  };
  return {
    start(options) {
      const secret = Secret.take(parts.random.bytes(AUTH_SECRET_BYTES));
      const capabilities = parseCapabilities(options.capabilities);
      const link = formatAuthRequest({ relay: options.relay, capabilities, secret, signUp: options.signUp });
      const channel = secret.use((bytes) => authChannelUrl(options.relay, bytes));
      const ending = linkedSignal(undefined);
      const ensureOpen = (): void => {
        if (ending.signal.aborted) throw new HomeserverError('HOMESERVER_FLOW_CLOSED');
      };
      const close = (): void => {
        ending.abort();
        secret.destroy();
        approvals.delete(channel);
        waiting.delete(channel);
      };
      return {
        get url() {
          ensureOpen();
          return link;
        },
        toJSON: () => '[AuthFlow]',
        async session(call = {}) {
          ensureOpen();
          await parts.reach(call, 'sign-in link');
          ensureOpen();
          const linked = linkedSignal(call.signal);
          ending.signal.addEventListener('abort', linked.abort);
          const limits = { what: 'sign-in link', clock: NO_CLOCK, timeoutMs: 0, signal: linked.signal };
          const approval = await withDeadline(limits, ({ race }) => race(() => receive(channel))).catch(
            (error) => {
              ensureOpen();
              throw error;
            },
          );
          close();
          parts.accountOf(approval.owner);
          return parts.openSession(approval.owner, approval.capabilities);
        },
        close,
      };
    },
    async approve(owner, link, call, signUp) {
      const request = parseAuthRequest(link);
      const { relay, capabilities, secret } = request;
      const channel = secret.use((bytes) => authChannelUrl(relay, bytes));
      secret.destroy();
      const wanted = agreedSignUp(request, call ?? {});
      await parts.reach(call, 'approval');
      if (wanted !== undefined) await signUp(wanted);
      approvals.set(channel, { owner, capabilities });
      waiting.get(channel)?.();
    },
  };
}
