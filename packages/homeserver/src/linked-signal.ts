import type { CancelSignal } from '@pubky-paykit/primitives';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

/** A signal that can be aborted here, and is whenever the one it follows is. */
export interface LinkedSignal {
  readonly signal: CancelSignal;
  /** Aborts, and stops following. Calling it again does nothing. */
  abort(): void;
}

/** Follows `parent`, if there is one, until it is aborted: abort it when it is not needed any more. */
export function linkedSignal(parent: CancelSignal | undefined): LinkedSignal {
  const controller = new AbortController();
  const abort = (): void => {
    parent?.removeEventListener('abort', abort);
    controller.abort();
  };
  if (parent?.aborted) abort();
  else parent?.addEventListener('abort', abort);
  return { signal: controller.signal, abort };
}
