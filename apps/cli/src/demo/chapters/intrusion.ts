import { CommandFailed } from '../../command-errors.ts';
import { acquaintance, type Couple, enter, type Player, type Stage } from '../stage.ts';

/**
 * Somebody pays in the name of Alice, and Bob says no.
 *
 * @throws CommandFailed unless it is refused for this reason.
 */
async function expectRefusal(
  intruder: Player,
  { alice, bob }: Couple,
  { options }: Pick<Stage, 'options'>,
  { role, expected }: { readonly role: string; readonly expected: string },
): Promise<void> {
  const { method, amount, currency } = options;
  const { port } = await bob.play('listen', { pattern: 'IK-raw', method, key: 'current' });
  await intruder.play('intrude', {
    payee: acquaintance(bob),
    port,
    terms: { method, amount, currency },
    claimed: acquaintance(alice),
    role,
  });
  const answer = await bob.play('close', {});
  if (answer.kind === 'refused' && answer.reason === expected) return;
  throw new CommandFailed(`${bob.name} should have refused with ${expected}.`);
}

/** Somebody else claims to be Alice (P8 W-05). */
export async function impostorIsRefused(couple: Couple, stage: Stage): Promise<void> {
  const { story, cast } = stage;
  story.chapter(
    'An impostor is refused',
    'Mallory knows what everybody can know: who Alice and Bob are, and their Noise keys. In IK-raw a payer signs nothing, so nothing but the look-up can find out.',
  );
  const mallory = await enter(stage, cast('Mallory'), 'Mallory', false);
  await expectRefusal(mallory, couple, stage, { role: 'Mallory', expected: 'WRONG_PAYER' });
  story.note(
    'Shown',
    "a Noise key says whose it is only through the record that its owner has signed. Mallory can neither sign Alice's, nor prove Alice's key.",
  );
}

/** Plays with what Alice has on her phone: the Noise key, and nothing to sign with. */
const THIEF = { role: 'Thief', expected: 'PAYER_UNVERIFIED' } as const;

/** Alice's key falls into the wrong hands; she revokes it, and it stays revoked. */
export async function keyIsRevoked(couple: Couple, stage: Stage): Promise<void> {
  const { story, network } = stage;
  const { alice } = couple;
  story.chapter(
    'A key is revoked, for good',
    'Alice has lost her phone, and with it her Noise key: whoever has it could pay as Alice in IK-raw. She revokes the key from home.',
  );
  const bringBack = network.keepPacket(alice.identity);
  await alice.play('revoke', {});
  await expectRefusal(alice, couple, stage, THIEF);
  bringBack();
  story.step(
    'Network',
    'is made to serve old records: the relay the packet from before the revocation, the homeserver no key at all',
  );
  await expectRefusal(alice, couple, stage, THIEF);
  story.note(
    'Shown',
    'Bob has seen the revocation and keeps it: older records, however well signed, change nothing.',
  );
  story.note(
    'Not shown',
    'somebody who never saw the revocation believes an old record until it is 30 days old.',
    'open',
  );
}
