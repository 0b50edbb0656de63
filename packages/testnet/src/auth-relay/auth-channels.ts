import type { CancelSignal, Clock } from '@pubky-paykit/primitives';

/** How a request on a channel ended. */
export type ChannelEnd = 'done' | 'replaced' | 'expired' | 'left' | 'full';

/** What a channel gave. */
export interface Received {
  readonly end: ChannelEnd;
  /** Set if `end` is `done`. */
  readonly message?: Uint8Array | undefined;
}

/** Channels on which one side leaves a message for another, whichever comes first. */
export interface AuthChannels {
  /** Channels in use. */
  readonly size: number;
  /** Waits for a message. Somebody else who waits on the same channel is `replaced`. */
  receive(name: string, signal: CancelSignal): Promise<Received>;
  /**
   * Leaves a message and waits until it was taken. A sender may leave: the message stays until it expires, or until
   * another one takes its place.
   *
   * @param message kept, not copied.
   */
  send(name: string, message: Uint8Array, signal: CancelSignal): Promise<ChannelEnd>;
  /** Ends everything that waits, as expired. */
  clear(): void;
}

interface Channel {
  readonly message: Uint8Array | undefined;
  readonly finish: (end: ChannelEnd, message?: Uint8Array) => void;
}

/** What bounds the channels. */
export interface AuthChannelLimits {
  readonly clock: Clock;
  /** Milliseconds that a message or a waiting request is kept. */
  readonly timeoutMs: number;
  /** Channels in use at once; inclusive. */
  readonly maximum: number;
}

/**
 * Channels in memory: a message is handed over once, and to one only.
 *
 * @see official-noise §3.3
 */
export function createAuthChannels({ clock, timeoutMs, maximum }: AuthChannelLimits): AuthChannels {
  const channels = new Map<string, Channel>();

  /** Puts somebody who waits on a channel, until one of the ends. */
  const wait = (name: string, signal: CancelSignal, message?: Uint8Array): Promise<Received> =>
    new Promise((resolve) => {
      channels.get(name)?.finish('replaced');
      if (channels.size >= maximum) {
        resolve({ end: 'full' });
        return;
      }
      const free = (): void => {
        cancelTimer();
        if (channels.get(name) === channel) channels.delete(name);
      };
      const finish = (end: ChannelEnd, received?: Uint8Array): void => {
        free();
        signal.removeEventListener('abort', leave);
        resolve({ end, message: received });
      };
      const leave = (): void => {
        // A message outlives its sender; a request for one does not.
        if (message === undefined) finish('left');
        else resolve({ end: 'left' });
      };
      const channel: Channel = { message, finish };
      const cancelTimer = clock.schedule(timeoutMs, () => finish('expired'));
      channels.set(name, channel);
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
    });

  return {
    get size() {
      return channels.size;
    },
    async receive(name, signal) {
      if (signal.aborted) return { end: 'left' };
      const waiting = channels.get(name);
      if (waiting?.message === undefined) return wait(name, signal);
      waiting.finish('done');
      return { end: 'done', message: waiting.message };
    },
    async send(name, message, signal) {
      const waiting = channels.get(name);
      if (waiting === undefined || waiting.message !== undefined) {
        return (await wait(name, signal, message)).end;
      }
      waiting.finish('done', message);
      return 'done';
    },
    clear() {
      for (const channel of channels.values()) channel.finish('expired');
    },
  };
}
