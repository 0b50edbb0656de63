export {
  type ConnectTcpOptions,
  connectTcp,
  DEFAULT_SERVER_LIMITS,
  type ListenTcpOptions,
  listenTcp,
  type ServerLimits,
  type TcpServer,
} from '@pubky-paykit/transport/tcp';
export { type ListenForPaymentsOptions, listenForPayments } from './node/payment-server.ts';
