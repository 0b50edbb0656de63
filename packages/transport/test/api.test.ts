import { describe, expect, it } from 'vitest';
import * as transport from '../src/index.ts';
import * as tcp from '../src/tcp/index.ts';
import * as testing from '../src/testing.ts';

describe('public interface', () => {
  it('exports exactly these names', () => {
    expect(Object.keys(transport).sort()).toEqual([
      'DEFAULT_CHANNEL_LIMITS',
      'MAX_HANDSHAKE_FRAME_BYTES',
      'MAX_PLAINTEXT_BYTES',
      'MAX_TRANSPORT_FRAME_BYTES',
      'TRANSPORT_ERRORS',
      'TransportError',
      'acceptChannel',
      'memoryStreamPair',
      'openChannel',
    ]);
    expect(Object.keys(tcp).sort()).toEqual(['DEFAULT_SERVER_LIMITS', 'connectTcp', 'listenTcp']);
    expect(Object.keys(testing).sort()).toEqual(['rechunked', 'scriptedStream']);
  });

  it('has exactly these codes', () => {
    expect(Object.keys(transport.TRANSPORT_ERRORS).sort()).toEqual([
      'TRANSPORT_ABORTED',
      'TRANSPORT_CLOSED',
      'TRANSPORT_CONNECTION_LOST',
      'TRANSPORT_CONNECT_FAILED',
      'TRANSPORT_FRAME_TOO_LONG',
      'TRANSPORT_FRAME_TOO_SHORT',
      'TRANSPORT_HANDSHAKE_CUT',
      'TRANSPORT_IDLE',
      'TRANSPORT_INSECURE_HOST',
      'TRANSPORT_LISTEN_FAILED',
      'TRANSPORT_MESSAGE_TOO_LONG',
      'TRANSPORT_PATTERN_REFUSED',
      'TRANSPORT_RECEIVE_IN_PROGRESS',
      'TRANSPORT_TIMED_OUT',
      'TRANSPORT_TRUNCATED',
    ]);
  });
});
