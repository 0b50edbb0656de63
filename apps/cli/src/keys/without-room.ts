import { isFormerDevice, type KeeperEvent, type QueueEvent } from 'pubky-paykit';

/** Whether a former key was left out of a packet that has no room for it, which is no failure: nothing was there before. */
export function isWithoutRoom(event: KeeperEvent | QueueEvent): event is QueueEvent & { kind: 'partial' } {
  return (
    event.kind === 'partial' && event.code === 'DISCOVERY_PACKET_TOO_LARGE' && isFormerDevice(event.device)
  );
}
