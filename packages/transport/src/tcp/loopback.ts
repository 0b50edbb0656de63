import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

const FAMILY = { 4: 'ipv4', 6: 'ipv6' } as const;

/** True for an address that never leaves the machine, IPv4 in IPv6 included. Names are not addresses. */
export function isLoopbackAddress(address: string): boolean {
  const version = isIP(address);
  return (version === 4 || version === 6) && LOOPBACK.check(address, FAMILY[version]);
}

/** True for a loopback address and for the name `localhost`, whose address is checked again once it is known. */
export function isLoopbackHost(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host);
}
