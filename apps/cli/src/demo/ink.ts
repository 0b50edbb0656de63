/** How the parts of the story look. */
export interface Ink {
  /** Headings. */
  readonly strong: (text: string) => string;
  /** Times, and what is only read at a second look. */
  readonly faint: (text: string) => string;
  /** What is not to be trusted. */
  readonly warning: (text: string) => string;
  /** Somebody's name: the same one always looks the same. */
  readonly person: (text: string) => string;
}

const RESET = '\u001b[0m';
const CODES = { strong: '1', faint: '2', warning: '33' } as const;
/** Cyan, magenta, red and so on, by the order in which people enter the story. */
const PEOPLE = ['36', '35', '34', '31', '32'] as const;

const painted = (code: string) => (text: string) => `\u001b[${code}m${text}${RESET}`;
const plain = (text: string): string => text;

/** For files, pipes, and people who do not want colours. */
export const PLAIN_INK: Ink = { strong: plain, faint: plain, warning: plain, person: plain };

/** For terminals. */
export function createColourInk(): Ink {
  const known: string[] = [];
  return {
    strong: painted(CODES.strong),
    faint: painted(CODES.faint),
    warning: painted(CODES.warning),
    person(text) {
      const name = text.trim();
      if (!known.includes(name)) known.push(name);
      return painted(PEOPLE[known.indexOf(name) % PEOPLE.length] ?? CODES.strong)(text);
    },
  };
}

/** Colours where somebody sees them and has not said no (NO_COLOR, TERM=dumb). */
export function inkFor(output: { readonly isTTY?: boolean; hasColors?(): boolean }): Ink {
  return output.isTTY === true && output.hasColors?.() === true ? createColourInk() : PLAIN_INK;
}
