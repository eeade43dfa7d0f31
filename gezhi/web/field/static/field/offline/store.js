// What this phone holds, in IndexedDB, apart for each account: downloaded parts, records to be sent, their photos.
// One small wrapper instead of a library: four stores, six verbs.

const NAME = "gezhi-field";
const STORES = ["parts", "outbox", "photos"];
let opened = null;

export class StorageDenied extends Error {}

export function open() {
  opened ??= new Promise((done, fail) => {
    if (!globalThis.indexedDB) return fail(new StorageDenied("no IndexedDB"));
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("meta");
      for (const name of STORES) asked.result.createObjectStore(name);
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => {
        asked.result.close();
        opened = null;
      };
      done(asked.result);
    };
    asked.onerror = () => fail(new StorageDenied(String(asked.error)));
    asked.onblocked = () => fail(new StorageDenied("blocked"));
  }).catch((error) => {
    opened = null;
    throw error instanceof StorageDenied ? error : new StorageDenied(String(error));
  });
  return opened;
}

async function run(names, mode, work) {
  const db = await open();
  return new Promise((done, fail) => {
    const going = db.transaction(names, mode);
    let answer;
    going.oncomplete = () => done(answer);
    going.onerror = going.onabort = () => fail(going.error ?? new Error("aborted"));
    const result = work((name) => going.objectStore(name));
    if (result instanceof IDBRequest) result.onsuccess = () => (answer = result.result);
  });
}

// every key begins with the account: nobody's things are among another's
const span = (account) => IDBKeyRange.bound([account], [account, []]);

export const get = (name, account, key) => run([name], "readonly", (store) => store(name).get([account, key]));
export const all = (name, account) => run([name], "readonly", (store) => store(name).getAll(span(account)));
export const put = (name, account, key, value) => run([name], "readwrite", (store) => void store(name).put(value, [account, key]));
export const remove = (name, account, key) => run([name], "readwrite", (store) => void store(name).delete([account, key]));
export const clear = (name, account) => run([name], "readwrite", (store) => void store(name).delete(span(account)));
export const meta = (key) => run(["meta"], "readonly", (store) => store("meta").get(key));
export const setMeta = (key, value) => run(["meta"], "readwrite", (store) => void store("meta").put(value, key));
export const dropMeta = (key) => run(["meta"], "readwrite", (store) => void store("meta").delete(key));

// parts arrive together and count together: either all of a download is here, or none of it
export function exchange(account, { full, parts, gone }, note) {
  return run(["parts", "meta"], "readwrite", (store) => {
    if (full) store("parts").delete(span(account));
    for (const name of gone ?? []) store("parts").delete([account, name]);
    for (const [name, value] of Object.entries(parts ?? {})) store("parts").put({ name, value }, [account, name]);
    store("meta").put(note, `download:${account}`);
  });
}

// a record and its photos are kept together or not at all
export function keepRecord(account, record, photos) {
  return run(["outbox", "photos"], "readwrite", (store) => {
    for (const photo of photos) store("photos").put(photo, [account, photo.key]);
    store("outbox").put(record, [account, record.key]);
  });
}

export function dropRecord(account, record) {
  return run(["outbox", "photos"], "readwrite", (store) => {
    for (const key of record.photos ?? []) store("photos").delete([account, key]);
    store("outbox").delete([account, record.key]);
  });
}

export async function parts(account, prefix) {
  return (await all("parts", account)).filter((one) => one.name.startsWith(prefix)).map((one) => one.value);
}

export async function part(account, name) {
  return (await get("parts", account, name))?.value ?? null;
}

// what an account has begun here and not ended yet
export const runningKey = (account) => `running:${account}`;

// that something was taken by the server and what it changed is not downloaded yet: whoever sent it, a page or the phone itself
export const behindKey = (account) => `behind:${account}`;

export async function dropDownload(account) {
  await clear("parts", account);
  await dropMeta(behindKey(account));
  await dropMeta(`download:${account}`);
}
