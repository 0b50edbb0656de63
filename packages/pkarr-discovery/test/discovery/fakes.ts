import {
  type CancelSignal,
  type Clock,
  type CodedErrorFields,
  decodeUtf8,
  encodeUtf8,
  type Telemetry,
  type TelemetryAttributes,
  zBase32,
} from '@pubky-paykit/primitives';
import {
  createRollBackKeeper,
  type DeviceNames,
  type FileCall,
  type FileListing,
  type FileRead,
  type KeyRecordSource,
  type OpenRecords,
  type OwnFiles,
  type PublicFiles,
  type RecordCodec,
  type RecordStore,
  type RollBackKeeper,
} from '../../src/index.ts';

/** What is thrown of a file that is longer than it may be, as the package `homeserver` does. */
export function tooLarge(): Error {
  const code = 'HOMESERVER_ANSWER_TOO_LARGE';
  return Object.assign(new Error(code), { code, context: {}, retryable: false, nextStep: 'None.' });
}

/** The files of one account, in memory, as everybody and their owner see them. */
export class FakeFiles implements PublicFiles, OwnFiles {
  readonly #owner: Uint8Array;
  readonly #files = new Map<string, Uint8Array>();
  /** What every call does before anything else, such as to wait or to throw. */
  before: (call: 'get' | 'listPage' | 'put' | 'delete', path: string) => Promise<void> | void = () => {};
  /** Whether a file that is too long is an error, as it should be. */
  keepsLimits = false;
  readonly reads: (FileRead & { readonly path: string })[] = [];
  readonly listings: FileListing[] = [];
  /** Calls that change something, in order. */
  readonly writes: string[] = [];

  constructor(owner: Uint8Array) {
    this.#owner = owner;
  }

  /** Puts a file there, whoever wrote it. */
  force(path: string, content: string | Uint8Array): void {
    this.#files.set(path, typeof content === 'string' ? encodeUtf8(content) : content);
  }

  /** What there is, without asking. */
  peek(path: string): string | undefined {
    const bytes = this.#files.get(path);
    return bytes && decodeUtf8(bytes);
  }

  async get(owner: Uint8Array, path: string, options: FileRead = {}) {
    this.reads.push({ ...options, path });
    await this.before('get', path);
    const bytes = this.#isMine(owner) ? this.#files.get(path) : undefined;
    const { maximumBytes = Number.POSITIVE_INFINITY } = options;
    if (this.keepsLimits && bytes !== undefined && bytes.length > maximumBytes) throw tooLarge();
    return bytes && { bytes: bytes.slice() };
  }

  async listPage(owner: Uint8Array, directory: string, options: FileListing = {}) {
    this.listings.push(options);
    await this.before('listPage', directory);
    const { limit = 1_000, cursor = '' } = options;
    const inside = this.#isMine(owner) ? [...this.#files.keys()] : [];
    const paths = inside.filter((path) => path.startsWith(directory) && path > cursor).sort();
    const page = paths.slice(0, limit);
    return { paths: page, cursor: paths.length > limit ? page.at(-1) : undefined };
  }

  async put(path: string, bytes: Uint8Array, _options?: FileCall): Promise<void> {
    await this.before('put', path);
    this.writes.push(`put ${path}`);
    this.#files.set(path, bytes.slice());
  }

  async delete(path: string, _options?: FileCall): Promise<boolean> {
    await this.before('delete', path);
    this.writes.push(`delete ${path}`);
    return this.#files.delete(path);
  }

  #isMine(owner: Uint8Array): boolean {
    return zBase32.encode(owner) === zBase32.encode(this.#owner);
  }
}

/** What a fake source does when it is asked. */
export type Behaviour =
  | readonly (string | Uint8Array)[]
  | Error
  | ((device: string, signal: CancelSignal) => Promise<readonly Uint8Array[]>);

/** A source that gives the same records for every device, throws, or does as it is told. */
export function fakeSource(
  name: string,
  behaviour: Behaviour,
  given: { readonly timeoutMs?: number; readonly names?: DeviceNames | Error } = {},
): KeyRecordSource & { readonly asked: string[] } {
  const { timeoutMs = 1_000, names = { names: [], complete: true } } = given;
  const asked: string[] = [];
  return {
    name,
    timeoutMs,
    asked,
    look: () => ({
      async read(device, { signal }) {
        asked.push(device);
        if (behaviour instanceof Error) throw behaviour;
        if (typeof behaviour === 'function') return behaviour(device, signal);
        return behaviour.map((record) => (typeof record === 'string' ? encodeUtf8(record) : record));
      },
      async devices() {
        asked.push('devices');
        if (names instanceof Error) throw names;
        return names;
      },
    }),
  };
}

/** Records in memory that go through their codecs, as those on a disk do. */
export class FakeRecords {
  readonly entries = new Map<string, Uint8Array>();
  /** What every write does before anything else. */
  beforeWrite: () => Promise<void> | void = () => {};
  /** How often `change` of an update is called: as if others were faster. */
  attempts = 1;

  readonly open: OpenRecords = (room, codec) => this.#room(room, codec);
  /** A memory against roll-back in it. */
  readonly memory: RollBackKeeper = createRollBackKeeper(this.open);

  #room<Value>(room: string, codec: RecordCodec<Value>): RecordStore<Value> {
    const at = (key: string): string => `${room}/${key}`;
    const read = (key: string) => {
      const bytes = this.entries.get(at(key));
      return bytes && { key, value: codec.decode(bytes.slice()) };
    };
    return {
      get: async (key) => read(key),
      list: () => {
        throw new Error('nobody lists here');
      },
      put: async (key, value) => {
        await this.beforeWrite();
        this.entries.set(at(key), codec.encode(value));
      },
      delete: async (key) => {
        await this.beforeWrite();
        this.entries.delete(at(key));
      },
      update: async (key, change) => {
        let changed: Value | undefined;
        for (let attempt = 0; attempt < this.attempts; attempt++) changed = await change(read(key)?.value);
        await this.beforeWrite();
        if (changed === undefined) this.entries.delete(at(key));
        else this.entries.set(at(key), codec.encode(changed));
        return read(key);
      },
    };
  }
}

/** What was measured. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly attributes: TelemetryAttributes | undefined;
}

/** Telemetry that remembers. */
export function recordingTelemetry(): { readonly telemetry: Telemetry; readonly seen: Measurement[] } {
  const seen: Measurement[] = [];
  const note = (name: string, value: number, attributes?: TelemetryAttributes) => {
    seen.push({ name, value, attributes });
  };
  return { telemetry: { count: note, record: note, span: () => ({ end() {} }) }, seen };
}

/** Waits, by a clock, and gives up when it is told to. */
export function later<Value>(clock: Clock, ms: number, value: Value, signal: CancelSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(ms, () => resolve(value));
    signal.addEventListener('abort', () => {
      cancel();
      reject(new Error('aborted'));
    });
  });
}

/** Lets everything run that waits for nothing. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** Code and source of what failed, or what was said. */
export function brief(
  entries: readonly {
    readonly source: string;
    readonly error?: CodedErrorFields | undefined;
    readonly says?: string;
  }[],
): string[] {
  return entries.map(({ source, says, error }) => [source, says, error?.code].filter(Boolean).join(' '));
}
