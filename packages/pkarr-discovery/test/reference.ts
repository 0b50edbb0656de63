/** Other implementations of the same bytes. They have no types of their own, so what is used of them is written down here. */

/** A record as `dns-packet` has it. */
export interface ReferenceRecord {
  readonly type: string;
  readonly name: string;
  readonly class?: string;
  readonly ttl?: number;
  readonly data: unknown;
}

interface ReferencePacket {
  readonly id?: number;
  readonly type?: 'query' | 'response';
  readonly flags?: number;
  readonly questions?: readonly ReferenceRecord[];
  readonly answers: readonly ReferenceRecord[];
}

interface DnsPacket {
  encode(packet: ReferencePacket): Uint8Array;
  decode(bytes: Buffer): ReferencePacket;
}

interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

/** A packet as npm's `pkarr` has it. */
export interface ReferenceSignedPacket {
  publicKey(): Uint8Array;
  packet(): ReferencePacket;
  timestamp(): number;
  signature(): Uint8Array;
  bytes(): Uint8Array;
  size(): number;
  resourceRecords(name: string): readonly ReferenceRecord[];
}

interface SignedPacketClass {
  fromPacket(
    keyPair: KeyPair,
    packet: ReferencePacket,
    options?: { timestamp: number },
  ): ReferenceSignedPacket;
  fromBytes(publicKey: Uint8Array, bytes: Uint8Array): ReferenceSignedPacket;
}

interface Tools {
  generateKeyPair(seed: Uint8Array): KeyPair;
  encodeSigData(message: { seq: number; v: Uint8Array }): Uint8Array;
}

/** A module under a name that the compiler does not look into. */
function load<Module>(name: string): Promise<Module> {
  return import(/* @vite-ignore */ name) as Promise<Module>;
}

export const dnsPacket: DnsPacket = await load<DnsPacket>('dns-packet');
// Not its main module: that one starts a DHT and writes files.
const { default: SignedPacketOfReference } = await load<{ default: SignedPacketClass }>(
  'pkarr/lib/signed_packet.js',
);
export const ReferencePackets: SignedPacketClass = SignedPacketOfReference;
export const referenceTools: Tools = await load<Tools>('pkarr/lib/tools.js');
