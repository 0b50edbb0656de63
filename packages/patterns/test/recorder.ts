import type { Telemetry, TelemetryAttributes } from '@pubky-paykit/primitives';

/** One measurement: its name, its value and its attributes. */
export type Measurement = readonly [name: string, value: number, attributes: TelemetryAttributes | undefined];

/** A telemetry that keeps what it is told. */
export function recordingTelemetry(): {
  readonly telemetry: Telemetry;
  readonly measurements: Measurement[];
} {
  const measurements: Measurement[] = [];
  const keep = (name: string, value: number, attributes?: TelemetryAttributes) => {
    measurements.push([name, value, attributes]);
  };
  return { telemetry: { count: keep, record: keep, span: () => ({ end() {} }) }, measurements };
}

/** A telemetry whose exporter is broken. */
export const brokenTelemetry: Telemetry = {
  count() {
    throw new Error('the exporter is broken');
  },
  record() {
    throw new Error('the exporter is broken');
  },
  span() {
    throw new Error('the exporter is broken');
  },
};
