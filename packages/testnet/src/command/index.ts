export { runTestnetCommand, type TestnetCommandIo } from './run-testnet.ts';
