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
  readonly dht?: boolean | undefined;
  readonly 'dht-bootstrap'?: string | undefined;
}

/** What was said on the command line and the next command needs, too, such as ` --home ./alice --testnet`; empty if nothing was. */
export function givenOptions({
  home,
  testnet,
  homeserver,
  dht,
  'dht-bootstrap': nodes,
}: RepeatedOptions): string {
  return [
    ...(home === undefined ? [] : [` --home ${shellWord(home)}`]),
    ...(testnet ? [' --testnet'] : []),
    ...(homeserver === undefined ? [] : [` --homeserver ${shellWord(homeserver)}`]),
    ...(dht ? [' --dht'] : []),
    ...(nodes === undefined ? [] : [` --dht-bootstrap ${shellWord(nodes)}`]),
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

/** The commands that look at what a home keeps: nothing but the home matters to them. */
const LOCAL_COMMAND = /`paykit (keys (?:status|peers|decide)\b[^`]*)`/g;

/**
 * Puts the home that was given behind the commands that look into it, and leaves the others: such texts name what somebody
 * else is to run as well.
 *
 * @param givenHome Of {@link givenOptions} with the home only.
 */
export function withGivenHome(text: string, givenHome: string): string {
  return text.replace(LOCAL_COMMAND, (_, words: string) => `\`paykit ${words}${givenHome}\``);
}
