export type { ContractCase, ContractPerson, ContractWorld } from './testing/contract/contract-case.ts';
export { homeserverContract } from './testing/contract/homeserver-contract.ts';
export {
  createMemoryHomeserver,
  type MemoryHomeserver,
  type MemoryHomeserverOptions,
  type MemoryIdentity,
} from './testing/memory-homeserver.ts';
