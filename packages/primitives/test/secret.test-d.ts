import type { Secret } from '../src/index.ts';

export function illegal(secret: Secret): void {
  // @ts-expect-error a secret is not bytes
  secret satisfies Uint8Array;
  // @ts-expect-error nor a list that could be copied
  new Uint8Array(secret);
  // @ts-expect-error nor spread
  void [...secret];
  // @ts-expect-error the length is read only
  secret.length = 0;
}
