import type { IdentitySigner } from '@pubky-paykit/primitives';
import type { Publication } from '../publications/publication.ts';
import { formatKeyRecord } from '../records/key-record.ts';
import { signKeyRecord, signRevocation } from '../records/sign-key-record.ts';
import { identityOf } from '../records/signing.ts';
import type { KeyStatement } from './key-plan.ts';

/**
 * Has an identity sign what it is to say about a device, one statement after the other.
 *
 * @param signer Asked twice for each key and once for each revocation, and waited for as long as it takes.
 * @throws What `signKeyRecord` throws.
 */
export async function signStatements(
  signer: IdentitySigner,
  statements: readonly KeyStatement[],
): Promise<readonly Publication[]> {
  const identity = identityOf(signer);
  const publications: Publication[] = [];
  for (const statement of statements) {
    const { kind, device } = statement;
    if (kind === 'retirement') {
      publications.push({ identity, device, kind });
      continue;
    }
    const { noiseKey, timestampSeconds } = statement;
    const claim = { noiseKey, device, timestampSeconds };
    const record =
      kind === 'revocation'
        ? await signRevocation(signer, claim)
        : await signKeyRecord(signer, { ...claim, revoked: false });
    publications.push({ identity, device, kind, record: formatKeyRecord(record) });
  }
  return publications;
}
