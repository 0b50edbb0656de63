import type { DiscoveryResult } from './discovery-result.ts';

/** The key of a signed revocation that a discovery remembers from before, if that is what it answers. */
export function rememberedRevocation(result: DiscoveryResult): Uint8Array | undefined {
  if (result.outcome !== 'revoked' || result.revocation !== undefined) return undefined;
  return (result.error.context as { proof?: unknown }).proof === 'signed' ? result.revokedKey : undefined;
}
