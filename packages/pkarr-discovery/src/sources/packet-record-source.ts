import { concatBytes } from '@pubky-paykit/primitives';
import { CLASS_INTERNET, KEY_RECORD_LABEL, PACKET_SOURCE_TIMEOUT_MS, SET_MARGIN_MS } from '../constants.ts';
import { type DnsRecord, recordClass, type TextData } from '../dns/record.ts';
import { keyRecordName } from '../records/device-id.ts';
import type { PacketSource } from '../relays/packet-store.ts';
import { readPacketOf } from '../relays/read-packet.ts';
import { ownName } from '../signed-packet/own-name.ts';
import type { IdentityRecords, KeyRecordSource, SourceCall } from './key-record-source.ts';

/** How packets are asked. */
export interface PacketRecordSourceOptions {
  /** A relay, a set of relays, the DHT. */
  readonly packets: PacketSource;
  /** That of the packets by default. */
  readonly name?: string;
  /** Milliseconds for one question; 1 s more than the packets may take by default, 7 s if they do not say. */
  readonly timeoutMs?: number;
}

interface TextRecord extends DnsRecord {
  readonly data: TextData;
}

function isText(record: DnsRecord): record is TextRecord {
  return record.data.type === 'TXT' && recordClass(record) === CLASS_INTERNET;
}

/**
 * The key records in signed packets: `TXT` at `_noise.phone` of the owner's packet, its strings joined. Where there are
 * several, all are records of the device, so that the newest counts and no revocation among them is overlooked.
 *
 * @see N8 §4.1, official-noise §4.5
 *
 * @example
 * ```ts
 * import { createPacketRecordSource, createRelay } from '@pubky-paykit/pkarr-discovery';
 * const packets = createRelay({ url: 'https://pkarr.pubky.app' });
 * const source = createPacketRecordSource({ packets, name: 'relay' });
 * ```
 */
export function createPacketRecordSource(options: PacketRecordSourceOptions): KeyRecordSource {
  const { packets, name = packets.name, timeoutMs = patienceWith(packets) } = options;

  function look(identity: Uint8Array): IdentityRecords {
    let texts: readonly TextRecord[] | undefined;

    async function textsOf({ signal }: SourceCall): Promise<readonly TextRecord[]> {
      texts ??= (await readPacketOf(packets, identity, { signal }))?.records.filter(isText) ?? [];
      return texts;
    }

    return {
      async read(device, call) {
        const owner = ownName(identity, keyRecordName(device));
        const found = (await textsOf(call)).filter((record) => record.name === owner);
        const records = found.map(({ data }) => concatBytes(...data.strings));
        return records.filter(({ length }) => length > 0);
      },
      async devices(maximum, call) {
        const [before, behind] = [`${KEY_RECORD_LABEL}.`, `.${ownName(identity)}`];
        const names = new Set<string>();
        for (const record of await textsOf(call)) {
          if (!record.name.startsWith(before) || !record.name.endsWith(behind)) continue;
          names.add(record.name.slice(before.length, -behind.length));
        }
        return { names: [...names].slice(0, maximum), complete: names.size <= maximum };
      },
    };
  }

  return { name, timeoutMs, look };
}

/** What is given up just before it would have answered was asked for nothing. */
function patienceWith({ readTimeoutMs }: PacketSource): number {
  return readTimeoutMs === undefined ? PACKET_SOURCE_TIMEOUT_MS : readTimeoutMs + SET_MARGIN_MS;
}
