export { type DhtOptions, MAINLINE_BOOTSTRAP } from '@pubky-paykit/pkarr-discovery/dht';
export { makeFolders, syncFolder } from '@pubky-paykit/primitives/node';
export {
  type OpenLevelStoreOptions,
  type OpenSharedLevelStoreOptions,
  openLevelStore,
  openSharedLevelStore,
} from '@pubky-paykit/session-store/level';
export {
  type ConnectTcpOptions,
  connectTcp,
  DEFAULT_SERVER_LIMITS,
  type ListenTcpOptions,
  listenTcp,
  type ServerLimits,
  type TcpServer,
} from '@pubky-paykit/transport/tcp';
export { type DhtNode, type DhtPublishing, openDht } from './node/dht.ts';
export { listenForPayments } from './node/payment-server.ts';
export type { IdentityOfNow, ListenForPaymentsOptions } from './node/payment-server-options.ts';
