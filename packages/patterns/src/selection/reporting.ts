/**
 * Tells somebody something without depending on them: a callback or an exporter that throws, or answers with a promise
 * that rejects, must not change what it is told about.
 *
 * @returns Whether telling went well, as far as is known at once.
 */
export function report(tell: () => unknown): boolean {
  try {
    // An async callback fits where `void` is expected, and its rejection would end a Node process.
    Promise.resolve(tell()).catch(() => {});
    return true;
  } catch {
    return false;
  }
}
