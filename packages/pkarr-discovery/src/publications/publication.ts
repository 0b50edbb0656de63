import type { CancelSignal, CodedErrorFields } from '@pubky-paykit/primitives';

/** What every publication is about. */
interface AboutDevice {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  /** 1 to 63 of `a-z`, `0-9` and hyphen. */
  readonly device: string;
}

/** A signed record that is to stand where peers look for it. */
export interface RecordPublication extends AboutDevice {
  readonly kind: 'key' | 'revocation';
  /** The record as it was signed, such as `formatKeyRecord` writes it. Public. */
  readonly record: string;
}

/** A device that shall have no record any more. */
export interface Retirement extends AboutDevice {
  readonly kind: 'retirement';
}

/** What an identity lets the world know of one of its devices. It holds no secret, so it can be kept and sent. */
export type Publication = RecordPublication | Retirement;

/** What ends a publication early, and who hears of what was not reached. */
export interface PublishCall {
  readonly signal?: CancelSignal | undefined;
  /**
   * Told, by a target of several places, which of them have not taken what others have: there peers may still find what was
   * there before, such as a key that is revoked now. Publishing the same again reaches them when they are back. A packet
   * names itself, with DISCOVERY_PACKET_TOO_LARGE, where it has no room for a former key and does without.
   */
  readonly onPartial?: ((failed: readonly FailedTarget[]) => void) | undefined;
}

/** A place where publications go. */
export interface PublicationTarget {
  /** For reports, unique among the targets of an identity. */
  readonly name: string;
  /**
   * Publishes, and reads back: resolves once others see it. Publishing the same again is no error.
   *
   * @throws Coded errors.
   */
  publish(publication: Publication, options?: PublishCall): Promise<void>;
}

/** A target, or one place of it, that has not, or not provably, published. */
export interface FailedTarget {
  readonly target: string;
  readonly error: CodedErrorFields;
}

/** A target that has published, but not in all of its places. */
export interface PartialTarget {
  readonly target: string;
  /** Its places, such as relays. */
  readonly failed: readonly FailedTarget[];
}

/** Which targets have published, in the order they were given. */
export interface PublicationReport {
  readonly published: readonly string[];
  readonly failed: readonly FailedTarget[];
  /** Those among the published that could not reach all of their places. */
  readonly partial: readonly PartialTarget[];
}
