import type { CancelSignal } from '@pubky-paykit/primitives';

/** What ends a question to a source. */
export interface SourceCall {
  /** Aborted once nobody waits any more. */
  readonly signal: CancelSignal;
}

/** Names under which a source has records. Nobody has checked that they are device ids. */
export interface DeviceNames {
  readonly names: readonly string[];
  /** False if there are more than were asked for. */
  readonly complete: boolean;
}

/** What one source knows of one identity, for one look-up: what holds for all devices is asked for once. */
export interface IdentityRecords {
  /**
   * The records of a device as they stand there, verified by nobody; none is an empty list, which is not "nobody could be
   * asked".
   *
   * @param device A device id.
   * @returns Each of at most 4 096 bytes. With more than 8 the source counts as failed: one of those that are not looked at
   *   could be a revocation.
   * @throws Coded errors.
   */
  read(device: string, call: SourceCall): Promise<readonly Uint8Array[]>;
  /**
   * The devices there are records of.
   *
   * @param maximum How many names at most.
   * @throws Coded errors.
   */
  devices(maximum: number, call: SourceCall): Promise<DeviceNames>;
}

/** Where the records of Noise keys are found. Whoever keeps them is not trusted: every record is verified. */
export interface KeyRecordSource {
  /** For results, errors and metrics; unique among the sources that are used together. */
  readonly name: string;
  /** Milliseconds for one question. */
  readonly timeoutMs: number;
  /** Opens a look at one identity. @param identity 32 bytes; borrowed until the look-up is over. */
  look(identity: Uint8Array): IdentityRecords;
}
