// The unmodified SDK, in a worker of its own: importing it replaces `globalThis.fetch` of the whole process.
import { parentPort, workerData } from 'node:worker_threads';
import { AuthFlowKind, Client, Keypair, Pubky, PublicKey, resolvePubky } from '@synonymdev/pubky';

const { relay, authRelay, homeserver } = workerData;

const newPubky = () => Pubky.withClient(new Client({ pkarr: { relays: [relay], requestTimeout: 2_000 } }));
const homeserverKey = () => PublicKey.from(homeserver);

async function signUp(pubky = newPubky(), invite = undefined, keypair = Keypair.random()) {
  const signer = pubky.signer(keypair);
  const session = await signer.signup(homeserverKey(), invite);
  return { pubky, keypair, signer, session, key: keypair.publicKey.z32() };
}

/** What a call fails with, as plain values. */
async function failureOf(work) {
  try {
    await work();
    return undefined;
  } catch (error) {
    return { name: error.name, statusCode: error.data?.statusCode };
  }
}

/** Everything the tests want to see, by name; each returns plain values. */
const SCENARIOS = {
  async signUp() {
    const { session, pubky, keypair, key } = await signUp();
    return {
      sameKey: session.info.publicKey.z32() === key,
      capabilities: session.info.capabilities,
      found: (await pubky.getHomeserverOf(keypair.publicKey))?.z32(),
    };
  },

  async signUpWithInvite({ invite }) {
    const failed = await failureOf(() => signUp());
    const { session, key } = await signUp(newPubky(), invite);
    const again = await failureOf(() => signUp(newPubky(), invite));
    return { failed, worked: session.info.publicKey.z32() === key, again };
  },

  async signUpTwice() {
    const { signer } = await signUp();
    return failureOf(() => signer.signup(homeserverKey()));
  },

  async signIn() {
    const { signer, key } = await signUp();
    const session = await signer.signin();
    const stranger = await failureOf(() => newPubky().signer(Keypair.random()).signin());
    await session.storage.putText('/pub/app/again.txt', 'again');
    return { same: session.info.publicKey.z32() === key, stranger };
  },

  async files() {
    const { session, pubky, key } = await signUp();
    const { storage } = session;
    await storage.putText('/pub/app/text.txt', 'Grüße');
    await storage.putJson('/pub/app/value.json', { one: 1 });
    await storage.putBytes('/pub/app/bytes', new Uint8Array(200_000).fill(7));
    const bytes = await storage.getBytes('/pub/app/bytes');
    const other = newPubky();
    return {
      text: await storage.getText('/pub/app/text.txt'),
      json: await pubky.publicStorage.getJson(`pubky${key}/pub/app/value.json`),
      bytes: [bytes.length, bytes.every((byte) => byte === 7)],
      byUrl: await other.publicStorage.getText(`pubky://${key}/pub/app/text.txt`),
      byFetch: await (await other.client.fetch(resolvePubky(`pubky${key}/pub/app/text.txt`))).text(),
      missing: await failureOf(() => storage.getText('/pub/app/none')),
    };
  },

  async overwriteAndDelete() {
    const { session } = await signUp();
    const { storage } = session;
    await storage.putText('/pub/app/file', 'first');
    await storage.putText('/pub/app/file', 'second');
    const second = await storage.getText('/pub/app/file');
    await storage.delete('/pub/app/file');
    return {
      second,
      after: await storage.exists('/pub/app/file'),
      twice: await failureOf(() => storage.delete('/pub/app/file')),
    };
  },

  async stats() {
    const { session, pubky, key } = await signUp();
    await session.storage.putText('/pub/app/file.txt', 'content');
    const { contentLength, contentType, lastModifiedMs, etag } =
      await session.storage.stats('/pub/app/file.txt');
    return {
      stats: { contentLength, contentType, etag, recent: Math.abs(Date.now() - lastModifiedMs) < 60_000 },
      exists: await pubky.publicStorage.exists(`pubky${key}/pub/app/file.txt`),
      missing: await pubky.publicStorage.exists(`pubky${key}/pub/app/none`),
      noStats: await pubky.publicStorage.stats(`pubky${key}/pub/app/none`),
    };
  },

  async lists() {
    const { session, pubky, key } = await signUp();
    const { storage } = session;
    for (const path of ['a', 'b/1', 'b/2', 'c', 'd']) {
      await storage.putText(`/pub/app/${path}`, path);
    }
    const strip = (urls) => urls.map((url) => url.replace(`pubky://${key}/pub/app/`, ''));
    const pages = [];
    let cursor;
    for (;;) {
      const page = await storage.list('/pub/app/', cursor, false, 2);
      if (page.length === 0) break;
      pages.push(strip(page));
      cursor = page.at(-1);
    }
    return {
      pages,
      all: strip(await storage.list('/pub/app/')),
      reverse: strip(await storage.list('/pub/app/', undefined, true)),
      shallow: strip(await storage.list('/pub/app/', undefined, false, undefined, true)),
      shallowReverse: strip(await storage.list('/pub/app/', undefined, true, 2, true)),
      publicly: strip(await pubky.publicStorage.list(`pubky${key}/pub/app/`, undefined, false, 1)),
      missing: await failureOf(() => storage.list('/pub/other/')),
    };
  },

  async names({ path }) {
    const { session, key } = await signUp();
    await session.storage.putText(path, 'content');
    const listed = await session.storage.list('/pub/app/');
    return {
      key,
      text: await session.storage.getText(path),
      listed: listed[0].slice(`pubky://${key}`.length),
    };
  },

  async twoUsers() {
    const pubky = newPubky();
    const alice = await signUp(pubky);
    const bob = await signUp(pubky);
    await alice.session.storage.putText('/pub/app/who', 'alice');
    await bob.session.storage.putText('/pub/app/who', 'bob');
    const read = (key) => pubky.publicStorage.getText(`pubky${key}/pub/app/who`);
    return { alice: await read(alice.key), bob: await read(bob.key) };
  },

  async signOut() {
    const { session, pubky, key } = await signUp();
    await session.storage.putText('/pub/app/file', 'stays');
    await session.signout();
    return {
      refused: await failureOf(() => session.storage.putText('/pub/app/file', 'gone')),
      stays: await pubky.publicStorage.getText(`pubky${key}/pub/app/file`),
    };
  },

  async exportAndRestore() {
    const { session, pubky, key } = await signUp();
    const restored = await pubky.restoreSession(session.export());
    await restored.storage.putText('/pub/app/restored', 'yes');
    return {
      same: restored.info.publicKey.z32() === key,
      text: await restored.storage.getText('/pub/app/restored'),
    };
  },

  async authFlow() {
    const { signer, key } = await signUp();
    const app = newPubky();
    const flow = app.startAuthFlow('/pub/app/:rw', AuthFlowKind.signin(), authRelay);
    await signer.approveAuthRequest(flow.authorizationUrl);
    const session = await flow.awaitApproval();
    await session.storage.putText('/pub/app/allowed', 'yes');
    return {
      same: session.info.publicKey.z32() === key,
      capabilities: session.info.capabilities,
      outside: await failureOf(() => session.storage.putText('/pub/other/denied', 'no')),
    };
  },

  async manyAtOnce() {
    const { session } = await signUp();
    const paths = Array.from({ length: 50 }, (_, index) => `/pub/app/${index}`);
    await Promise.all(paths.map((path) => session.storage.putText(path, path)));
    const texts = await Promise.all(paths.map((path) => session.storage.getText(path)));
    return texts.every((text, index) => text === paths[index]);
  },

  async put({ path, text }) {
    const { session, key } = await signUp();
    await session.storage.putText(path, text);
    return { key, exported: session.export() };
  },

  async signUpAs({ seed }) {
    return (await signUp(newPubky(), undefined, Keypair.fromSecret(seed))).key;
  },

  async publishHomeserverForce({ seed }) {
    await newPubky().signer(Keypair.fromSecret(seed)).pkdns.publishHomeserverForce(homeserverKey());
  },

  async homeserverOf({ key }) {
    return (await newPubky().getHomeserverOf(PublicKey.from(key)))?.z32();
  },
};

parentPort.on('message', async ({ id, name, input }) => {
  try {
    parentPort.postMessage({ id, value: await SCENARIOS[name](input) });
  } catch (error) {
    parentPort.postMessage({ id, failure: `${error?.name}: ${error?.message ?? error}` });
  }
});
