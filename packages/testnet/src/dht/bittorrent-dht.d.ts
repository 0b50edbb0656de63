/** The package brings no types: what is used of it is written down in `dht-client.ts`. */
declare module 'bittorrent-dht';
