export { TESTNET_PORTS } from './constants.ts';
export { type ServiceName, TESTNET_ERRORS, TestnetError } from './errors.ts';
export type {
  Fault,
  FaultScope,
  FaultSubject,
  FaultSwitch,
  HomeserverFault,
  RelayFault,
} from './faults/fault-switch.ts';
export type { HomeserverOptions, TestnetOptions } from './options.ts';
export {
  createTestnet,
  type Testnet,
  type TestnetFaults,
  type TestnetHomeserver,
  type TestnetServer,
} from './testnet.ts';
