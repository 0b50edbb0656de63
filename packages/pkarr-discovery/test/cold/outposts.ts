import { decodeUtf8, encodeUtf8, zBase32 } from '@pubky-paykit/primitives';
import { expect } from 'vitest';
import { type ColdBundle, coldBundleCodec, coldRequestCodec } from '../../src/cold/cold-files.ts';
import { type ColdRequestOptions, createColdRequest } from '../../src/cold/make-request.ts';
import { type PrepareOptions, prepareOffline } from '../../src/cold/prepare-offline.ts';
import { type PublishPreparedOptions, publishPrepared } from '../../src/cold/publish-prepared.ts';
import { signPacket, userRecord } from '../../src/index.ts';
import type { KeyLedger } from '../../src/lifecycle/key-ledger.ts';
import { openKeyLedgers } from '../../src/lifecycle/ledger-codec.ts';
import { ledgerKey } from '../../src/lifecycle/ledger-desk.ts';
import type { OwnFiles } from '../../src/ports/own-files.ts';
import type { FileRead, PublicFiles } from '../../src/ports/public-files.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { tooLarge } from '../discovery/fakes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { derive, World } from '../lifecycle/world.ts';
import { ModelStore } from '../relay-model.ts';
import { numbered } from '../signers.ts';

/** The files of one identity, in memory. */
export class ModelFiles implements OwnFiles, PublicFiles {
  readonly files = new Map<string, Uint8Array>();
  /** Every write and deletion, in order. */
  readonly changes: string[] = [];
  /** What a write does before anything else, such as to throw. */
  beforePut: () => void = () => {};

  async get(_: Uint8Array, path: string, { maximumBytes = Number.POSITIVE_INFINITY }: FileRead = {}) {
    const bytes = this.files.get(path);
    if (bytes === undefined || bytes.length <= maximumBytes) return bytes && { bytes };
    throw tooLarge();
  }

  async listPage() {
    return { paths: [...this.files.keys()], cursor: undefined };
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    this.beforePut();
    this.files.set(path, bytes);
    this.changes.push(
      `put ${path.split('/').at(-1)} ${decodeUtf8(bytes).includes('revoked') ? 'revoked' : ''}`.trim(),
    );
  }

  async delete(path: string): Promise<boolean> {
    this.changes.push(`delete ${path.split('/').at(-1)}`);
    return this.files.delete(path);
  }

  /** The Noise key of a device, in z-base-32; undefined if it has no record. */
  keyOf(device: string): string | undefined {
    const bytes = this.files.get(`/pub/noise.app/v0/${device}`);
    return bytes && zBase32.encode(parseKeyRecord(bytes).noiseKey);
  }
}

/** A machine with a network and without the secret: what it can reach. */
export class Outpost extends World {
  readonly files = new ModelFiles();
  readonly packets = new ModelStore('relay');

  /** An identity that has announced its homeserver. */
  static async announced(): Promise<Outpost> {
    const outpost = new Outpost();
    const homeserver = userRecord({ identity: SIGNER.publicKey, homeserver: numbered(2).publicKey });
    const text = { name: 'note', ttl: 60, data: { type: 'TXT', strings: [encodeUtf8('hello')] } } as const;
    const timestamp = BigInt(outpost.clock.now()) * 1_000n;
    outpost.packets.force(await signPacket(SIGNER, [homeserver, text], timestamp));
    return outpost;
  }

  /** The names in the packet that is published. */
  names(): readonly string[] {
    const packet = this.packets.peek(SIGNER.publicKey);
    return (packet?.records ?? []).map(
      ({ name }) => name.split(`.${zBase32.encode(SIGNER.publicKey)}`)[0] ?? '',
    );
  }
}

/** The identity of all of this. */
export const identity: Uint8Array = SIGNER.publicKey;

/** The ledger that the machine with the network keeps. */
export async function ledgerAt(outpost: Outpost): Promise<KeyLedger | undefined> {
  const { openRecords } = outpost.live();
  return (await openKeyLedgers(openRecords).get(ledgerKey(identity, 'default')))?.value;
}

/** Through two files, from machine to machine and back. */
export async function prepared(
  outpost: Outpost,
  options: Partial<ColdRequestOptions> & Pick<ColdRequestOptions, 'action'>,
  prepare: PrepareOptions = {},
): Promise<ColdBundle> {
  const { packets, clock } = outpost;
  const ledger = await ledgerAt(outpost);
  const request = await createColdRequest({ identity, ledger, derive, packets, clock, ...options });
  const carried = coldRequestCodec.decode(coldRequestCodec.encode(request));
  expect(carried).toEqual(request);
  const bundle = await prepareOffline(carried, SIGNER, { clock, ...prepare });
  const back = coldBundleCodec.decode(coldBundleCodec.encode(bundle));
  expect(back).toEqual(bundle);
  return back;
}

/** Publishes from the machine with the network, which keeps the ledger. */
export function publish(outpost: Outpost, bundle: ColdBundle, options: Partial<PublishPreparedOptions> = {}) {
  const { files, packets, clock } = outpost;
  const { openRecords } = outpost.live();
  return publishPrepared(bundle, { files, packets, openRecords, clock, ...options });
}
