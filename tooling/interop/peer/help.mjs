export const HELP = `Usage: node tooling/interop/peer.mjs --role ROLE --pattern PATTERN (--connect | --listen) HOST:PORT --seed HEX32 [options]

One peer of one connection: handshakes over TCP, exchanges Paykit messages, and
prints one JSON object a line on stdout. Its own public keys go to stderr.

  --role initiator|responder
  --pattern ik|ik-raw|n|nn|xx
  --connect HOST:PORT        open the connection
  --listen HOST:PORT         wait for it; port 0 picks a free one
  --seed HEX32               Ed25519 seed; the X25519 key is derived from it and --device
  --device TEXT              derivation context (default: "default")
  --peer-static HEX32        peer's X25519 key. Initiator of ik, ik-raw, n: the key to dial, mandatory;
                             of xx: the key expected (without: trust on first use, in memory).
                             Responder of ik, ik-raw, xx: the only key allowed (without: every key)
  --peer-identity HEX32      peer's Ed25519 identity. Initiator of nn: the identity expected, mandatory;
                             responder of ik, nn: the only one allowed (without: every one)
  --no-pattern-byte          no negotiation byte is sent or expected: legacy ik, or a pattern both sides agreed on
  --no-extension             pure 0.8 bytes: no padding of the identity payload of ik
  --ephemeral HEX32          fixed ephemeral secret, refused unless PAYKIT_TESTING=1; the responder of n makes none
  --send JSON                a Paykit message to send after the handshake; repeatable; not for the responder of n
  --exit-after N             exit 0 after N received messages (0: as soon as everything is sent);
                             1 if the peer closes before; the initiator of n receives none
  -h, --help                 show this text

What a pattern proves is what is printed and compared: ik, ik-raw and xx prove a static key, ik (to the responder) and
nn an identity; the rest is null. The initiator of n prints the key it dials. A given key that a side is shown no proof of is not compared, and stderr says so.

A responder answers RequestReceipt with ConfirmReceipt: its own identity must be the payee and the proven identity the
payer. In ik-raw and xx, which prove no identity, this test tool takes the payer that is claimed. In n nothing is
answered.

Exit status: 0 done, 1 protocol error, 2 usage.
`;
