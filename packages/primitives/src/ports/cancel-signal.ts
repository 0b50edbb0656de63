/**
 * The part of `AbortSignal` that packages use to end a wait early. Every platform's `AbortSignal` fits; naming only this
 * part keeps the core free of the types of browsers and of Node.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * The platform's own `AbortSignal` where its types are known, {@link CancelSignal} elsewhere: what a platform's `fetch` asks for.
 */
export type PlatformSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : CancelSignal;
