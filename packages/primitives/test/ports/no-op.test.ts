import { describe, expect, it } from 'vitest';
import { noTelemetry, silentLogger } from '../../src/index.ts';

describe('silentLogger', () => {
  it('takes every level, with and without fields, and says nothing', () => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const) {
      expect(silentLogger[level]('message')).toBeUndefined();
      expect(silentLogger[level]('message', { count: 1, peer: undefined })).toBeUndefined();
    }
  });

  it('works with its methods taken out', () => {
    const { info } = silentLogger;
    expect(info('message')).toBeUndefined();
  });
});

describe('noTelemetry', () => {
  it('takes counts, records and spans, and keeps nothing', () => {
    expect(noTelemetry.count('sessions', 1)).toBeUndefined();
    expect(noTelemetry.record('handshake_ms', 2.5, { pattern: 'IK' })).toBeUndefined();
    const span = noTelemetry.span('handshake', { role: 'initiator' });
    expect(span.end()).toBeUndefined();
    expect(span.end({ error: 'NOISE_DECRYPT_FAILED', attributes: { role: 'initiator' } })).toBeUndefined();
    expect(noTelemetry.span('next')).toBe(span);
  });
});
