import { homeserverContract } from '../src/testing.ts';
import { networkOf, startTestnet } from './networks.ts';
import { runContract } from './run-contract.ts';
import { fetchWorld, sdkWorld } from './worlds.ts';

const open = networkOf(await startTestnet());
const inviting = networkOf(await startTestnet({ homeserver: { inviteOnly: true } }), true);

runContract('createFetchHomeserver on the test network [T2]', homeserverContract(fetchWorld(open)));
runContract('createFetchHomeserver where invites are wanted', homeserverContract(fetchWorld(inviting)));
runContract('createSdkHomeserver on the test network [T2]', homeserverContract(sdkWorld(open)));
runContract('createSdkHomeserver where invites are wanted', homeserverContract(sdkWorld(inviting)));
