/** Facts that go with a log line. Never secrets; public keys as their first 8 bytes. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The four methods libraries log through; pino and console-like loggers fit with a thin adapter. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const ignore = (): void => {};

/** Drops everything. The default everywhere. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
