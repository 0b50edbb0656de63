/** A mistake in the arguments: shown without a stack, with exit status 2. */
export class UsageError extends Error {}
