/** What needs no quotes in a shell. */
const PLAIN = /^[\w@%+=:,./-]+$/;

function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The options that the next command needs as this one did. */
export interface RepeatedOptions {
  readonly home?: string | undefined;
  readonly testnet?: boolean | undefined;
  readonly homeserver?: string | undefined;
}

/** What was said on the command line and the next command needs, too, such as ` --home ./alice --testnet`; empty if nothing was. */
export function givenOptions({ home, testnet, homeserver }: RepeatedOptions): string {
  return [
    ...(home === undefined ? [] : [` --home ${shellWord(home)}`]),
    ...(testnet ? [' --testnet'] : []),
    ...(homeserver === undefined ? [] : [` --homeserver ${shellWord(homeserver)}`]),
  ].join('');
}

/** What stands in a text for a homeserver that is still to be named. */
const UNNAMED_HOMESERVER = ' --homeserver KEY';

/**
 * Puts the options that were given behind each command of ours that a text names, so that it can be copied. Only for what
 * the reader is to run here: somebody else's command has other ones.
 *
 * @param given Of {@link givenOptions}.
 */
export function withGiven(text: string, given: string): string {
  return text.replace(/`paykit ([^`]+)`/g, (_, words: string) => {
    const named = given.includes(' --homeserver ') ? words.replace(UNNAMED_HOMESERVER, '') : words;
    return `\`paykit ${named}${given}\``;
  });
}
