/**
 * The part of `AbortSignal` that is used here. Every platform's `AbortSignal` fits; naming only this part keeps the
 * package free of the types of browsers and of Node.
 */
export interface CancelSignal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
