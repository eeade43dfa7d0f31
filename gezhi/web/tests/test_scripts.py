"""Pieces of scripts that need no page: run by Node, which builds the front end anyway."""

import json
import subprocess
from pathlib import Path
from shutil import which
from typing import Any

WEB = Path(__file__).parents[1]
# A browser's store.
_STAGE = """
const kept = new Map();
globalThis.localStorage = new Proxy({
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, value),
  removeItem: (name) => kept.delete(name),
}, { ownKeys: () => [...kept.keys()], getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) });
const say = (found) => process.stdout.write(JSON.stringify(found));
"""


def run(script: str, play: str) -> Any:
    """Play with a script and return what it says."""
    node = which("node")
    assert node, "Node builds the front end: it has to be here"
    source = json.dumps((WEB / script).read_text("utf-8"))
    told = f'{_STAGE}\nconst piece = await import("data:text/javascript," + encodeURIComponent({source}));\n{play}'
    done = subprocess.run(  # noqa: S603  our own script, by our own Node
        [node, "--input-type=module", "-"], input=told, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_what_was_typed_just_before_a_sign_out_is_not_written_after_it() -> None:
    play = """
    const room = piece.openRoom("me", "00".repeat(32));
    await room.write("a", { "|at": Date.now(), t: "x" });
    const before = kept.size;
    const late = room.write("b", { "|at": Date.now(), t: "y" });
    room.empty();
    await late;
    say([before, kept.size]);
    """
    assert run("static/gezhi/draft-room.js", play) == [1, 0]


def test_sending_is_tried_on_after_a_time_without_a_network_and_after_a_failure() -> None:
    play = """
    let network = false, due = null, tries = 0;
    Object.defineProperty(globalThis, "navigator", { value: { get onLine() { return network; } }, configurable: true });
    globalThis.clearTimeout = () => {};
    globalThis.setTimeout = (work) => { due = work; };
    const come = async () => { const work = due; due = null; await work?.(); };
    piece.keepTrying(async () => {
      tries += 1;
      if (tries === 1) throw new Error("broken over there");
      return 2 - tries;
    })();
    await come();
    network = true;
    await come();
    await come();
    say([tries, due === null]);
    """
    assert run("field/static/field/offline/retry.js", play) == [2, True]
