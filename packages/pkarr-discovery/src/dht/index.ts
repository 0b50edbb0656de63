export { createDhtTarget, type DhtTargetOptions } from './dht-target.ts';
export { type Dht, type DhtOptions, MAINLINE_BOOTSTRAP, openDht } from './open-dht.ts';
