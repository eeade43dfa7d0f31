// Talking to the server: who is signed in there, and requests that say why they failed.

import { PATIENCE_MS, within } from "../../gezhi/patient.js";

const SYNC = "/api/v1/sync";
// fifty records of a thousand phones that come back at once wait longer than one page does
const PUSH_MS = 120_000;
const PIECE_MS = 90_000;
let csrf = "";

export class NoNetwork extends Error {}
export class SignedOut extends Error {}
export class Stranger extends Error {}

// only the account whose records these are may send them
export async function session(account) {
  const told = await ask("/account/session", background(), { anybody: true, patience: PATIENCE_MS });
  const said = await told.json();
  if (!said.signed_in) throw new SignedOut();
  if (said.account !== account) throw new Stranger();
  csrf = said.csrf;
}

// a network that is there but answers nothing is none; a download may take as long as it comes
export async function ask(address, options = {}, { anybody = false, patience = 0 } = {}) {
  const signal = patience ? within(patience) : undefined;
  let answer;
  try {
    answer = await fetch(address, { ...options, signal, headers: { ...options.headers, "X-CSRFToken": csrf } });
  } catch (error) {
    throw new NoNetwork(String(error));
  }
  if (answer.status === 401 && !anybody) throw new SignedOut();
  // a gateway in between that fails is no answer of ours
  if (answer.status >= 502 || (answer.redirected && !anybody)) throw new NoNetwork(String(answer.status));
  return answer;
}

export function sizeOf(cursor) {
  return ask(`${SYNC}?only=size&since=${encodeURIComponent(cursor)}`, background()).then((answer) => answer.json());
}

export function download(cursor) {
  return ask(`${SYNC}?since=${encodeURIComponent(cursor)}`, background());
}

export async function push(records) {
  const body = JSON.stringify({ now: new Date().toISOString(), records });
  const answer = await ask(SYNC, { method: "POST", body, headers: { "Content-Type": "application/json", "Gezhi-Background": "1" } }, { patience: PUSH_MS });
  const told = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told.error?.message ?? answer.status), { status: answer.status });
  return told;
}

export async function photoState(key) {
  return (await ask(`${SYNC}/photos/${encodeURIComponent(key)}`, background(), { patience: PATIENCE_MS })).json();
}

export async function putPiece(key, blob, start, size) {
  const answer = await ask(`${SYNC}/photos/${encodeURIComponent(key)}`, {
    method: "PUT",
    body: blob,
    headers: {
      "Content-Type": "application/octet-stream",
      "Content-Range": `bytes ${start}-${start + blob.size - 1}/${size}`,
      "Gezhi-Background": "1",
    },
  }, { patience: PIECE_MS });
  return { status: answer.status, said: await answer.json() };
}

function background() {
  return { headers: { "Gezhi-Background": "1" } };
}
