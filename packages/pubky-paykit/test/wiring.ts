import {
  formatKeyRecord,
  type KeyRecordSource,
  type PacketStore,
  type Publication,
  type PublicationTarget,
  type SignedPacket,
  signKeyBinding,
  signKeyRecord,
  signPacket,
  userRecord,
} from '@pubky-paykit/pkarr-discovery';
import type { Telemetry } from '@pubky-paykit/primitives';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { connectPubky, type PubkyNetwork } from '../src/index.ts';
import { payeeIdentity } from './peers.ts';

export const DAY_MS = 86_400_000;
/** 2026-01-15. */
export const START_MS = Date.UTC(2026, 0, 15, 12);
const OFFLINE = 'an outage';

/** A network of which nobody answers, but for one store of packets with that of the payee in it. */
export async function quietNetwork(): Promise<Pick<PubkyNetwork, 'packets' | 'homeserver'>> {
  const { signer, publicKey } = payeeIdentity();
  const { homeserver } = connectPubky({
    fetch: async () => {
      throw new TypeError(OFFLINE);
    },
  });
  const records = [userRecord({ identity: publicKey, homeserver: new Uint8Array(32).fill(8) })];
  let held: SignedPacket = await signPacket(signer, records, 1n);
  const packets: PacketStore = {
    name: 'model',
    get: async () => held,
    async put(packet) {
      held = packet;
      return { stored: ['model'], failed: [] };
    },
  };
  return { homeserver, packets };
}

/** A place to publish to, which can be out of reach. */
export class ModelTarget implements PublicationTarget {
  readonly name = 'model-target';
  isDown = false;
  readonly arrivals: Publication[] = [];

  async publish(publication: Publication): Promise<void> {
    // As `fetch` tells an outage.
    if (this.isDown) throw new TypeError(OFFLINE);
    this.arrivals.push(publication);
  }

  /** The record that came last. */
  get latest(): string {
    const last = this.arrivals.at(-1);
    return last !== undefined && 'record' in last ? last.record : '';
  }
}

/** A source of records of the payee's default device. */
export class ModelSource implements KeyRecordSource {
  readonly name = 'model-source';
  readonly timeoutMs = 1_000;
  records: readonly string[] = [];
  isDown = false;

  look() {
    return {
      read: async () => {
        if (this.isDown) throw new TypeError(OFFLINE);
        return this.records.map((record) => encodeUtf8(record));
      },
      devices: async () => ({ names: this.records.length > 0 ? ['default'] : [], complete: true }),
    };
  }
}

/** A record of the payee's key of so many bytes of one value. */
export async function recordOf(
  claim: { readonly key?: number; readonly atMs?: number; readonly revoked?: boolean } = {},
): Promise<string> {
  const { key = 9, atMs = START_MS, revoked = false } = claim;
  const timestampSeconds = BigInt(Math.floor(atMs / 1_000));
  const noiseKey = new Uint8Array(32).fill(key);
  const claimed = { noiseKey, device: 'default', timestampSeconds, revoked };
  return formatKeyRecord(await signKeyRecord(payeeIdentity().signer, claimed));
}

/** The record as 0.8 writes it: nothing proves its time. */
export async function unsignedRecordOf(key = 9): Promise<string> {
  const noiseKey = new Uint8Array(32).fill(key);
  const signature = await signKeyBinding(payeeIdentity().signer, { noiseKey, device: 'default' });
  const timestampSeconds = BigInt(START_MS / 1_000);
  return formatKeyRecord({ noiseKey, signature, timestampSeconds, revoked: false });
}

/** A telemetry that keeps the names of what was counted. */
export function countingTelemetry(): { readonly telemetry: Telemetry; readonly counted: Set<string> } {
  const counted = new Set<string>();
  const telemetry: Telemetry = {
    count: (name) => void counted.add(name),
    record() {},
    span: () => ({ end() {} }),
  };
  return { telemetry, counted };
}

/** Lets everything that waits for nothing but its turn happen. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
