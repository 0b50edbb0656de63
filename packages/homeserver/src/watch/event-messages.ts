import { concatBytes, decodeUtf8 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { parseEventMessage, type StorageEvent } from '../wire/events.ts';

/** Longest message of an event stream, in bytes: path, cursor and hash fit several times. */
export const EVENT_MAXIMUM_BYTES = 32_768;

const LINE_FEED = 0x0a;
// With the flag `s`: names may hold U+2028 and U+2029, which a dot does not match otherwise.
const FIELD = /^(event|data): ?(.*)$/s;

const badStream = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'event stream', fault });

/** Reads the messages of a stream of server-sent events as they come, in chunks of any size. */
export interface EventMessages {
  /**
   * The events that end in this chunk.
   *
   * @param chunk Borrowed.
   * @throws HOMESERVER_BAD_ANSWER
   */
  push(chunk: Uint8Array): readonly StorageEvent[];
}

/** A reader at the start of a stream. Holds at most one message. */
export function createEventMessages(): EventMessages {
  let rest = new Uint8Array();
  let name = '';
  let data: string[] = [];
  let bytes = 0;

  /** What a line ends: the message, if it is empty. Comments and unknown fields are left out. */
  const readLine = (line: string): StorageEvent | undefined => {
    if (line === '') {
      const event = data.length === 0 ? undefined : parseEventMessage(name, data.join('\n'));
      [name, data, bytes] = ['', [], 0];
      return event;
    }
    const [, field, value = ''] = FIELD.exec(line) ?? [];
    if (field === 'event') name = value;
    if (field === 'data') data.push(value);
    return undefined;
  };
  const takeLine = (line: Uint8Array): StorageEvent | undefined => {
    bytes += line.length;
    if (bytes > EVENT_MAXIMUM_BYTES) throw badStream('message too long');
    let text: string;
    try {
      text = decodeUtf8(line);
    } catch {
      throw badStream('not UTF-8');
    }
    return readLine(text.endsWith('\r') ? text.slice(0, -1) : text);
  };
  return {
    push(chunk) {
      const events: StorageEvent[] = [];
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
        const event = takeLine(concatBytes(rest, chunk.subarray(start, end)));
        if (event !== undefined) events.push(event);
        rest = new Uint8Array();
        start = end + 1;
      }
      rest = Uint8Array.from(concatBytes(rest, chunk.subarray(start)));
      if (rest.length > EVENT_MAXIMUM_BYTES) throw badStream('line too long');
      return events;
    },
  };
}
