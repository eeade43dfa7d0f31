// Where drafts outlive a closed tab: in this browser, sealed with a key that the server gives only to the person who is
// signed in. Seven days, or until signing out; another account's are thrown away as soon as somebody else sits here.

const OWN = "gezhi.draft:";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const MOST_LETTERS = 200_000;

export function openRoom(account, hex) {
  const mine = `${OWN}${account}:`;
  // a page that did not come by a safe way has no seal, and keeps nothing beyond its tab
  const seal = hex && globalThis.crypto?.subtle ? crypto.subtle.importKey("raw", bytes(hex), "AES-GCM", false, ["encrypt", "decrypt"]) : null;

  let shut = false;

  return { read, write, drop, tidy, empty };

  async function read(key) {
    if (!seal) return null;
    try {
      const { at, iv, data } = JSON.parse(localStorage.getItem(mine + key));
      if (Date.now() - at > KEPT_MS) return null;
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: from64(iv) }, await seal, from64(data));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null; // none, or of a key that is no more
    }
  }

  async function write(key, words) {
    if (!seal) return;
    const plain = new TextEncoder().encode(JSON.stringify(words));
    if (plain.length > MOST_LETTERS) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await seal, plain);
    if (shut) return;
    try {
      localStorage.setItem(mine + key, JSON.stringify({ at: words["|at"], iv: to64(iv), data: to64(new Uint8Array(data)) }));
    } catch {
      // the browser's room is full: the tab still has them
    }
  }

  function drop(key) {
    localStorage.removeItem(mine + key);
  }

  function tidy() {
    for (const name of names()) if (!name.startsWith(mine) || isOld(name)) localStorage.removeItem(name);
  }

  // for good: what was typed just before is not written after
  function empty() {
    shut = true;
    for (const name of names()) localStorage.removeItem(name);
  }
}

function names() {
  return Object.keys(localStorage).filter((name) => name.startsWith(OWN));
}

function isOld(name) {
  try {
    return Date.now() - JSON.parse(localStorage.getItem(name)).at > KEPT_MS;
  } catch {
    return true;
  }
}

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
}

function to64(raw) {
  let text = "";
  for (const one of raw) text += String.fromCharCode(one);
  return btoa(text);
}

function from64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
