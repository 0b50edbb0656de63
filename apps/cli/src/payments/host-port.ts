import { isIPv6 } from 'node:net';
import { UsageError } from '../command-errors.ts';

/** Where something listens. */
export interface HostPort {
  /** A name or an address; IPv6 without its brackets. */
  readonly host: string;
  /** 0 to 65 535. */
  readonly port: number;
}

const LARGEST_PORT = 65_535;
/** Names and IPv4 addresses: one to 253 characters that stand in them. */
const NAME = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/;
const IN_BRACKETS = /^\[([0-9A-Fa-f:.]{2,45})\]$/;
const PORT = /^(?:0|[1-9][0-9]{0,4})$/;

function hostOf(text: string): string | undefined {
  const address = IN_BRACKETS.exec(text)?.[1];
  if (address !== undefined) return isIPv6(address) ? address : undefined;
  return NAME.test(text) ? text : undefined;
}

/** Reads `HOST:PORT`, IPv6 addresses in brackets; `undefined` for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const at = text.lastIndexOf(':');
  const [host, digits] = [hostOf(text.slice(0, Math.max(0, at))), text.slice(at + 1)];
  if (host === undefined || !PORT.test(digits) || Number(digits) > LARGEST_PORT) return undefined;
  return { host, port: Number(digits) };
}

/** Writes `HOST:PORT`: the inverse of {@link parseHostPort}. */
export function hostPortText({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What somebody typed for an option. @throws UsageError */
export function readHostPort(text: string, option: string, command: string): HostPort {
  const found = parseHostPort(text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} wants HOST:PORT, such as 127.0.0.1:8888 or [::1]:8888.`, command);
}

/** The same where port 0 makes no sense. @throws UsageError */
export function readPeerAddress(text: string, option: string, command: string): HostPort {
  const found = readHostPort(text, option, command);
  if (found.port > 0) return found;
  throw new UsageError(`${option} wants a port from 1 to 65535.`, command);
}
