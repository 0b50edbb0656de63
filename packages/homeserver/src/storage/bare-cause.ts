/** How many causes of causes are told. */
const DEPTH = 4;
/** Names and codes such as `TypeError` and `ECONNRESET`; whatever is no such word is not shown. */
const WORD = /^[\w.-]{1,64}$/;

function wordOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && WORD.test(value) ? value : otherwise;
}

/**
 * What a connection threw, by its names and codes alone: wrappers of `fetch` quote the whole request in their messages, or
 * attach it, cookie, token and body included, and causes end up in logs.
 */
export function bareCause(error: unknown, depth = DEPTH): Error | undefined {
  if (!(error instanceof Error) || depth === 0) return undefined;
  const { code } = error as { readonly code?: unknown };
  const name = wordOf(error.name, 'Error');
  const shown = wordOf(code, '');
  const cause = bareCause(error.cause, depth - 1);
  const bare = new Error(shown === '' ? `a ${name}` : shown, cause === undefined ? {} : { cause });
  bare.name = name;
  // Where the error was thrown is told by the error that this one is the cause of.
  bare.stack = `${name}: ${bare.message}`;
  return shown === '' ? bare : Object.assign(bare, { code: shown });
}
