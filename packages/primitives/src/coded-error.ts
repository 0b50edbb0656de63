/** A value that may stand in an error's context: never bytes, so that no key can slip into one. */
export type ContextValue = string | number | bigint | boolean | undefined;

/** One row of a package's error table. */
export interface ErrorRow {
  /** What happened, one clause; `{name}` is replaced by the context value of that name. */
  readonly summary: string;
  /** What the caller should do next, one sentence. */
  readonly nextStep: string;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  /** The number of the pubky-noise 0.8 error kind (N8 §9.1), where that kind exists. */
  readonly wireCode?: number;
}

/** A row together with the (type-only) shape of its context. */
export interface TypedErrorRow<Context extends object> extends ErrorRow {
  readonly contextType?: (context: Context) => void;
}

/** All codes of one package. */
export type ErrorTable = Readonly<Record<string, TypedErrorRow<never>>>;

/** Refuses a context type with members other than {@link ContextValue}s. */
type PlainContext<Context> = { readonly [Key in keyof Context]: ContextValue };

type ContextOf<Row> = Row extends TypedErrorRow<infer Context> ? Context : never;

/** What every coded error carries, whichever package made it. */
export interface CodedErrorFields<Code extends string = string, Context extends object = object>
  extends Error {
  /** Stable within a major version; the only thing to branch on. */
  readonly code: Code;
  /** Facts about this occurrence, frozen. Numbers, strings and booleans only. */
  readonly context: Readonly<Context>;
  readonly retryable: boolean;
  /** What to do next, in words. */
  readonly nextStep: string;
  /** The numeric kind of pubky-noise 0.8, if it has one for this failure. */
  readonly wireCode: number | undefined;
  /** Everything but the stack and the cause: safe to log. */
  toJSON(): Record<string, unknown>;
}

/** The union of one table's errors: narrowing on `code` narrows `context`. */
export type CodedErrorOf<Table extends ErrorTable> = {
  [Code in keyof Table & string]: CodedErrorFields<Code, ContextOf<Table[Code]>>;
}[keyof Table & string];

// Distributive, so that a code known only as one of several still demands the context of one of them.
type Arguments<Context> = Context extends unknown
  ? keyof Context extends never
    ? [context?: Record<string, never>, options?: ErrorOptions]
    : [context: Context, options?: ErrorOptions]
  : never;

/** The class {@link defineErrors} makes. */
export interface CodedErrorClass<Table extends ErrorTable> {
  new <Code extends keyof Table & string>(
    code: Code,
    ...rest: Arguments<ContextOf<Table[Code]>>
  ): Extract<CodedErrorOf<Table>, { code: Code }>;
  readonly prototype: CodedErrorOf<Table>;
  readonly table: Table;
}

/**
 * Declares a row of an error table whose context has the shape `Context`, or which has none.
 *
 * @example
 * ```ts
 * import { errorRow } from '@pubky-paykit/primitives';
 * const row = errorRow<{ expected: number }>({
 *   summary: 'the key is not {expected} bytes long', nextStep: 'Pass a whole key.', retryable: false,
 * });
 * ```
 */
export function errorRow(row: ErrorRow): TypedErrorRow<Record<never, never>>;
export function errorRow<Context extends PlainContext<Context> & object>(
  row: ErrorRow,
): TypedErrorRow<Context>;
export function errorRow(row: ErrorRow): ErrorRow {
  return row;
}

type Values = Readonly<Record<string, unknown>>;

/** A frozen copy with every value changed by `change`. */
function mapValues(values: Values, change: (value: unknown) => unknown): Values {
  return Object.freeze(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)])),
  );
}

/** Nothing but plain values gets into an error: the types ask for that, this holds it against a cast. */
function plain(value: unknown): unknown {
  return /object|function|symbol/.test(typeof value) ? '[redacted]' : value;
}

/**
 * Makes the one error class of a package from its table. The message is built from the row and the context; callers
 * and tests branch on `code` and never on the message.
 *
 * @example
 * ```ts
 * import { defineErrors, errorRow } from '@pubky-paykit/primitives';
 * const ShopError = defineErrors('ShopError', {
 *   SHOP_CLOSED: errorRow<{ opensAt: string }>({
 *     summary: 'the shop is closed until {opensAt}', nextStep: 'Come back then.', retryable: true,
 *   }),
 * });
 * throw new ShopError('SHOP_CLOSED', { opensAt: '09:00' });
 * ```
 */
export function defineErrors<const Table extends ErrorTable>(
  name: string,
  table: Table,
): CodedErrorClass<Table> {
  class PackageError extends Error {
    static readonly table = table;
    declare readonly code: string;
    declare readonly context: Values;
    declare readonly retryable: boolean;
    declare readonly nextStep: string;
    declare readonly wireCode: number | undefined;

    constructor(code: string, values: Values = {}, options?: ErrorOptions) {
      // Own rows only: `toString` is no code.
      const row = Object.hasOwn(table, code) ? table[code] : undefined;
      if (row === undefined) throw new TypeError(`${name} has no code ${code}`);
      const { summary, nextStep, retryable, wireCode } = row;
      const context = mapValues(values, plain);
      const happened = summary.replace(/\{(\w+)\}/g, (_, key: string) => `${context[key] ?? 'unknown'}`);
      super(`${happened}. ${nextStep}`, options);
      Object.assign(this, { code, context, retryable, nextStep, wireCode });
    }

    /** Safe to log: all but the stack, the cause and the advice. A missing wire code leaves no trace in JSON. */
    toJSON(): Record<string, unknown> {
      const { code, message, retryable, wireCode } = this;
      const context = mapValues(this.context, (value) => (typeof value === 'bigint' ? `${value}` : value));
      return { name, code, message, context, retryable, wireCode };
    }
  }
  Object.defineProperty(PackageError.prototype, 'name', { value: name, configurable: true, writable: true });
  Object.defineProperty(PackageError, 'name', { value: name });
  return PackageError as unknown as CodedErrorClass<Table>;
}

/** True for an error of any package of this project: one with every field of {@link CodedErrorFields}. */
export function isCodedError(error: unknown): error is CodedErrorFields {
  if (!(error instanceof Error)) return false;
  const { code, context, retryable, nextStep } = error as Partial<CodedErrorFields>;
  return (
    typeof code === 'string' &&
    typeof context === 'object' &&
    context !== null &&
    typeof retryable === 'boolean' &&
    typeof nextStep === 'string'
  );
}
