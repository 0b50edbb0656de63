/** Dimensions of a measurement: few distinct values each, never keys or ids of people. */
export type TelemetryAttributes = Readonly<Record<string, string | number | boolean>>;

/** A piece of work being timed. */
export interface TelemetrySpan {
  /** Ends the span; a second call does nothing. `error` is the code of the failure, if it failed. */
  end(outcome?: { readonly error?: string; readonly attributes?: TelemetryAttributes }): void;
}

/** Where measurements go. An adapter to OpenTelemetry is a few lines; without one nothing is paid. */
export interface Telemetry {
  /** Adds to a counter. */
  count(name: string, value: number, attributes?: TelemetryAttributes): void;
  /** Records one value of a distribution; the unit is the end of the name, such as `_ms` or `_bytes`. */
  record(name: string, value: number, attributes?: TelemetryAttributes): void;
  /** Starts a span. */
  span(name: string, attributes?: TelemetryAttributes): TelemetrySpan;
}

const NO_SPAN: TelemetrySpan = { end() {} };

/** Measures nothing. The default everywhere. */
export const noTelemetry: Telemetry = { count() {}, record() {}, span: () => NO_SPAN };
