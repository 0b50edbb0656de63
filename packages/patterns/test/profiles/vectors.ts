/** N8 A.1: the ephemeral public keys of initiator and responder. */
const EI = '7b4e909bbe7ffe44c465a220037d608ee35897d31ef972f07f74892cb0f73f13';
const ER = '0faa684ed28867b97f4a6a2dee5df8ce974e76b7018e3f22a1c4cf2678570f20';

/** One handshake of N8 A.4. */
export interface Vector {
  readonly messages: readonly string[];
  /** The transcript hash after each message; the last one is the session id. */
  readonly hashes: readonly string[];
  /** k1 and, unless the pattern is one-way, k2. */
  readonly keys: readonly string[];
  readonly hello: string;
  readonly world?: string;
  readonly empty: string;
}

/** N8 A.4, without IK, which `ik.vectors.test.ts` has. */
export const VECTORS: Readonly<Record<'IK-raw' | 'N' | 'NN' | 'XX', Vector>> = {
  'IK-raw': {
    messages: [
      `${EI}17da42c23e8be0a606c0625473a91cdeba5b55870dcee24b73b12a4fb8b715fcd9da1d84140b1d86bd82fd5e61bcb8cb643e87daaf97661e6eeecc5daa181f15`,
      `${ER}52cb56b68edf1109fec3d803190e90ab`,
    ],
    hashes: [
      'c6772cadcf58ea2bd1b8cd43433bc5820a88682352f886e69804939b1f5feebe',
      '1e351a77904b0fc09d76f39dd57f4122619e52ecd5b776327d216cd8cdc304b0',
    ],
    keys: [
      '89728cd0ffc964c95f3c08aa72a2305446f9842b3c984d21045b297bf39215e6',
      '353b2c9a376649f82f967d00cab618c2e3acd9fef1224d02fb08904a126dfcd9',
    ],
    hello: '1ba3d6bcff1a74c2a433e88ac53e285853c7cba3de',
    world: 'd81095854dad9eef3f21f981a9ac79f208a8cbd8ea',
    empty: '262875182fc97190ce5334dafb7ccd53',
  },
  N: {
    messages: [`${EI}921493916d228e9f6a42c43157df8ced`],
    hashes: ['6943dd318f50eef32941080015f71b0228b77ce00138c627ec67f0b5f43b0579'],
    keys: ['04f6d642909063c12ce8117d42a9c1bcf2ea298653b0db5e31a3754f78968cde'],
    hello: '22da4d7f575bfc52d86ac445382a826ca313f6b428',
    empty: '72ba62ac3609b6fbe15fbcf05cd83593',
  },
  NN: {
    messages: [EI, `${ER}a280ab77be1f42d511bf0f387ad1c4b9`],
    hashes: [
      'dbb9690fa2c1dfc1f68ee8c4c853e41a08769c364d9a25b94ab3f28faaee2141',
      '8df45f98f3a8b7632529f7d0b620de7c6b931bb2a18b46a520b13b8290f180e6',
    ],
    keys: [
      '3e650ad70f6ae7f3fe2a7ccb7e3e5e670719cdb525cfe02c19335513a097c9a6',
      '303305b6576ff5029805613b982485b84120caa4bfd96af4031de4fe3bc86a5f',
    ],
    hello: '40d16ad05d971ec9efbd2ead8363a8e37e71d60ef1',
    world: 'e5e756aab06c0d04358829341b0c2ed5403cf08cbf',
    empty: 'b7f1550fa9cc41ade6a228366da0bee2',
  },
  XX: {
    messages: [
      EI,
      `${ER}7494b0b3937fd90a44c67f570900b7700e3bece3e374a894d013c74262e12dc0f7ead90b01f9c3659105580b3ed4d8618e35aee742eb8b51a39743a18170fdc6`,
      '77e492f3ef6f1dcdd768c4cec2eb7b74620104bc790b443a9fea2c7bcc8d6d00145cd5e3f61fbad76a288ed60cbf0d7cde1188ea29bad10cb75da35c8d0d1ba6',
    ],
    hashes: [
      'b9c31e036505f4a89291644489ab150895a562714112d2ee2f237fcb7ec8b295',
      'a3116a57cc643325072cf100f830ab393766456304d05a93c106197e18e64a5a',
      '6c0897953f8d5414f10ab0213c0be7df191d359187cb9792937d2071af9b8c96',
    ],
    keys: [
      '640e6674b712f0d7f89f71ca9261009f53423f796eb9d85f31bf7f0f955d4d0f',
      '1e01846a1f7daabbb88b9ea046446000e118ff18e35c983d94249ca8946eb132',
    ],
    hello: 'ddbce69f150894aaa793b2a379d5d9e337bdbf3b85',
    world: 'fa7d0168b7d91cedce03a85a3466e30988271306c1',
    empty: '298d5ccfd7efdb0d6d506c31e14e65af',
  },
};

/** N8 A.7: what each side signs over the ephemerals of the NN vector. */
export const ATTESTATIONS = {
  server:
    '88bcd0e1231fc12790cdc27d98913e2bb6cfeb52357ea530c741b6b5de52c262d8754f29325dba292747ca2226687a42c7f3cd1e24e4a1ed9ed736565bb2b301',
  client:
    '2d202115f3f82519fae359a5fdea9ac2910f93dab1cb889c8d0538472f3640462829d7005f5d673d9d0107463b815788264f7b09e107ebf0032ba5d193218a04',
};
