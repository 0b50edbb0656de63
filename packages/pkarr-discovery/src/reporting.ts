/**
 * Tells somebody something without depending on them: a callback or an exporter that throws, or answers with a promise
 * that rejects, must not change what it is told about.
 */
export function report(tell: () => unknown): void {
  try {
    // An async callback fits where `void` is expected, and its rejection would end a Node process.
    const told = tell();
    if (told instanceof Promise) told.catch(() => {});
  } catch {
    // Whoever listens sees to its own errors.
  }
}
