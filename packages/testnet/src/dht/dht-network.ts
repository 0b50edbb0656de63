import { createHash } from 'node:crypto';
import { parseSignedPacket, type SignedPacket } from '@pubky-paykit/pkarr-discovery';
import {
  type Clock,
  concatBytes,
  isCodedError,
  type Logger,
  withDeadline,
  zBase32,
} from '@pubky-paykit/primitives';
import { DHT_TIMEOUT_MS } from '../constants.ts';
import { reasonOf, TestnetError } from '../errors.ts';
import type { PacketNetwork } from '../relay/relay-handler.ts';
import { destroyNode, startNodes } from './dht-nodes.ts';

/** What a DHT is started with. */
export interface DhtOptions {
  /** Nodes that keep values, 1 or more. */
  readonly nodes: number;
  /** UDP port of the first; 0 picks one. */
  readonly port: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A small Mainline DHT on this machine. */
export interface DhtNetwork extends PacketNetwork {
  /** `127.0.0.1:port` of each node. */
  readonly bootstrap: readonly string[];
  close(): Promise<void>;
}

/** Where a mutable item is kept. @see BEP 44 */
function targetOf(publicKey: Uint8Array): Buffer {
  return createHash('sha1').update(publicKey).digest();
}

/** The payload of an item as a relay would give it; whatever is wrong with it is found by whoever verifies it. */
function payloadOf({ sig, seq, v }: { sig: Uint8Array; seq: number; v: Uint8Array }): Uint8Array {
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(seq));
  return concatBytes(sig, timestamp, v);
}

/**
 * Starts a DHT and speaks BEP 44 with it.
 *
 * @throws TESTNET_DHT_FAILED, TESTNET_PORT_TAKEN, TESTNET_LISTEN_FAILED
 * @see official-noise §4.1
 */
export async function startDht({ nodes: count, port, clock, logger }: DhtOptions): Promise<DhtNetwork> {
  const nodes = await startNodes(count, port);
  const client = nodes[count]?.client;
  if (client === undefined) throw new TestnetError('TESTNET_DHT_FAILED', { reason: 'no nodes' });

  /** The library has no patience of its own, and calls back late or never. */
  const patiently = async <Result>(
    what: string,
    key: Uint8Array,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> => {
    const failed = (): TestnetError => new TestnetError('TESTNET_DHT_FAILED', { reason: 'ETIMEDOUT' });
    try {
      return await withDeadline(
        { clock, timeoutMs: DHT_TIMEOUT_MS, timedOut: failed, cancelled: failed },
        ({ race }) => race(work),
      );
    } catch (error) {
      const reason = isCodedError(error) ? error.code : reasonOf(error);
      logger.warn(what, { key: zBase32.encode(key).slice(0, 8), reason });
      return undefined;
    }
  };

  const put = ({ publicKey, message, timestamp, signature }: SignedPacket): Promise<void> =>
    new Promise((resolve, reject) => {
      const [k, v, sig] = [publicKey, message, signature].map((bytes) => Buffer.from(bytes)) as [
        Buffer,
        Buffer,
        Buffer,
      ];
      client.put({ k, v, sig, seq: Number(timestamp) }, (error) => (error ? reject(error) : resolve()));
    });

  const get = (publicKey: Uint8Array): Promise<SignedPacket | undefined> =>
    new Promise((resolve, reject) => {
      client.get(targetOf(publicKey), { cache: false }, (error, item) => {
        if (error) return reject(error);
        const { sig, seq, v } = item ?? {};
        if (sig === undefined || seq === undefined || v === undefined) return resolve(undefined);
        try {
          resolve(parseSignedPacket(publicKey, payloadOf({ sig, seq, v })));
        } catch (problem) {
          reject(problem);
        }
      });
    });

  return {
    bootstrap: nodes.slice(0, count).map(({ address }) => address),
    async publish(packet) {
      await patiently('the DHT did not take a packet', packet.publicKey, () => put(packet));
    },
    resolve: (publicKey) => patiently('the DHT gave no packet', publicKey, () => get(publicKey)),
    async close() {
      await Promise.all(nodes.map(destroyNode));
    },
  };
}
