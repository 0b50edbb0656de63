import type { MessageReader } from './message-reader.ts';
import type { MessageWriter } from './message-writer.ts';
import type { ServiceData } from './record.ts';

/** What stands in the data of a service record, beside its type. */
type Binding = Omit<ServiceData, 'type'>;

/**
 * The data of an HTTPS or SVCB record. The values of parameters are not looked into, and their keys must ascend.
 *
 * @throws DISCOVERY_BAD_MESSAGE
 * @see RFC 9460 §2.2
 */
export function readServiceBinding(reader: MessageReader): Binding {
  const priority = reader.uint16();
  // Not to be compressed, and read all the same where it is, like in Rust.
  const target = reader.name();
  const parameters = new Map<number, Uint8Array>();
  let last = -1;
  while (reader.left > 0) {
    const key = reader.uint16();
    if (key <= last) throw reader.refuse('parameters out of order');
    parameters.set(key, reader.copy(reader.uint16()));
    last = key;
  }
  return { priority, target, parameters };
}

/** @throws DISCOVERY_BAD_RECORD */
export function writeServiceBinding(writer: MessageWriter, { priority, target, parameters }: Binding): void {
  writer.uint16(priority).wholeName(target);
  for (const [key, value] of [...parameters].sort(([left], [right]) => left - right)) {
    writer.uint16(key).sized(() => writer.bytes(value));
  }
}
