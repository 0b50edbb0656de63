import { createMemoryHomeserver, homeserverContract } from '../../src/testing.ts';
import { runContract } from '../run-contract.ts';

function memoryWorld(wantsInvite: boolean) {
  const homeserver = createMemoryHomeserver({ wantsInvite });
  let people = 0;
  return {
    homeserver,
    newPerson() {
      people += 1;
      const publicKey = new Uint8Array(32).fill(people);
      return { identity: { publicKey }, publicKey };
    },
    signUpOptions: async () => ({
      homeserver: homeserver.publicKey,
      invite: wantsInvite ? homeserver.createInvite() : undefined,
    }),
    wantsInvite,
    authRelay: 'http://localhost/link',
  };
}

runContract('createMemoryHomeserver [T2]', homeserverContract(memoryWorld(false)));
runContract('createMemoryHomeserver with invites', homeserverContract(memoryWorld(true)));
