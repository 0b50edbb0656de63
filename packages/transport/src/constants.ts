// Specification

/** Length prefix of every frame, big endian. P8 §2.3 */
export const FRAME_HEADER_BYTES = 4;

/** Longest handshake message either side accepts. P8 §2.3 */
export const MAX_HANDSHAKE_FRAME_BYTES = 4_096;

/**
 * Longest transport frame accepted. The 0.8 reference admits 16 MiB here, but no Noise message is longer than this and
 * its own encryption refuses to make one, so no honest 0.8 peer can send more (W-22). Noise §3, P8 §2.3
 */
export const MAX_TRANSPORT_FRAME_BYTES = 65_535;

/** Authentication tag of every transport message. P8 §2.3 */
export const TAG_BYTES = 16;

/** Longest plaintext one frame carries. P8 §2.3 */
export const MAX_PLAINTEXT_BYTES: number = MAX_TRANSPORT_FRAME_BYTES - TAG_BYTES;

/** Time for a whole handshake. P8 §13.3 */
export const HANDSHAKE_TIMEOUT_MS = 30_000;

/** Time to send one message, and the default patience of one `receive`. P8 §13.3 */
export const MESSAGE_TIMEOUT_MS = 60_000;

/** New connections per minute and address that a server admits. P8 §13.3 */
export const NEW_CONNECTIONS_PER_MINUTE_PER_IP = 10;

// Implementation

/** A channel on which no whole frame went either way for this long is given up. */
export const IDLE_TIMEOUT_MS = 300_000;

/** Time a graceful close may take before the stream is cut. */
export const CLOSE_TIMEOUT_MS = 5_000;

/** Time to establish a TCP connection. */
export const CONNECT_TIMEOUT_MS = 30_000;

/** After our half is closed, how long to wait for the peer's half, so that a reset does not eat our last bytes. */
export const LINGER_MS = 2_000;

/** Time a closing server leaves to the connections that are still busy. */
export const DRAIN_MS = 5_000;

/** Connections a server holds at once. */
export const MAX_CONNECTIONS = 1_000;

/** Connections a server holds at once for one address. */
export const MAX_CONNECTIONS_PER_IP = 50;

/** Addresses whose recent connections are remembered. */
export const MAX_TRACKED_ADDRESSES = 10_000;

/** Received bytes a stream holds for a reader that is not reading. */
export const STREAM_BUFFER_BYTES = 65_536;

/** Longest delay timers can express; longer ones fire at once in every JavaScript engine. */
export const MAX_TIMER_MS = 2_147_483_647;
