import { errorRow } from '@pubky-paykit/primitives';

/** What the node of the DHT fails with. */
export const DHT_ERRORS = {
  DISCOVERY_DHT_MISSING: errorRow<{ module: string }>({
    summary: 'the DHT needs the package {module}, which cannot be loaded',
    nextStep: 'Install it beside this package: npm install bittorrent-dht. Nothing else needs it.',
    retryable: false,
  }),
  DISCOVERY_DHT_FAILED: errorRow<{ reason: string }>({
    summary: 'the node of the DHT failed ({reason})',
    nextStep: 'Check address and port of the node, then open it again.',
    retryable: true,
  }),
  DISCOVERY_DHT_CLOSED: errorRow({
    summary: 'the node of the DHT is closed',
    nextStep: 'Open another one.',
    retryable: false,
  }),
  DISCOVERY_DHT_BUSY: errorRow<{ calls: number }>({
    summary: 'the node of the DHT is busy with {calls} calls, which is the most',
    nextStep: 'Wait for some of them, then try again.',
    retryable: true,
  }),
} as const;
