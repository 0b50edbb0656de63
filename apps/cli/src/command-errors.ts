/** A mistake in the arguments: shown without a stack, with exit status 2. */
export class UsageError extends Error {
  /** The command whose help tells more, if it was one of a command. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/** The command could not do its work, and has said why: shown without a stack, with exit status 1. */
export class CommandFailed extends Error {}
