export { DEFAULT_SERVER_LIMITS, type ServerLimits } from './admission.ts';
export { type ConnectTcpOptions, connectTcp } from './connect.ts';
export {
  type ConnectionContext,
  type ConnectionHandler,
  type ListenTcpOptions,
  listenTcp,
  type TcpServer,
} from './server.ts';
