import type { StepContext } from '../src/profiles/profile.ts';

/** What a step sees that has been given nothing but `change`. */
export function stepContext(change: Partial<StepContext> = {}): StepContext {
  return {
    signer: undefined,
    expectedIdentity: undefined,
    trust: undefined,
    padIdentity: true,
    allowIdentity: undefined,
    allowStatic: undefined,
    replayCache: undefined,
    prologue: new Uint8Array(0),
    ownStatic: undefined,
    remoteStatic: undefined,
    ownEphemeral: undefined,
    remoteEphemeral: undefined,
    ...change,
  };
}
