import { createTestnet } from '@pubky-paykit/testnet';
import type { DemoNetwork } from './scene.ts';

/** Where Noise keys lie on a homeserver. */
const KEY_FILES = /^\/pub\/noise\.app\//;

/** The network that the story plays on. */
export interface StageNetwork extends DemoNetwork {
  /** Address of the homeserver, for people. */
  readonly homeserverUrl: string;
  /**
   * Keeps hold of the packet that the relay has of an identity (z-base-32), and returns what brings it back: from then on
   * the relay serves this packet to whoever asks, and the homeserver no key of anybody.
   */
  keepPacket(identity: string): () => void;
  /** Ends it. Never rejects. */
  close(): Promise<void>;
}

/** Brings a network up on free ports of this machine. */
export async function openStageNetwork(): Promise<StageNetwork> {
  const { relay, homeserver, faults, close } = await createTestnet();
  return {
    relay: relay.url,
    homeserver: homeserver.publicKey,
    homeserverUrl: homeserver.url,
    keepPacket(identity) {
      const path = `/${identity}`;
      let written = 0;
      const writes = ({ method, path: to }: { readonly method: string; readonly path: string }): boolean =>
        method === 'PUT' && to === path;
      // The relay remembers one packet before the newest: it takes one more, and the packet to be kept is that one.
      faults.relay.set({ status: 503 }, { only: (request) => writes(request) && ++written > 1 });
      return () => {
        faults.relay.set({ stalePacket: true }, { only: { method: 'GET', path } });
        faults.homeserver.set({ status: 404 }, { only: { method: 'GET', path: KEY_FILES } });
      };
    },
    close,
  };
}
