"""Telephones by HTTP: `python -m gezhi.host.throwaway --durable -- python -m bench.sync`.

Three questions to the product's real server (granian, 2 workers x 8 threads, by token): how long one push of 500
records takes (plain reports; half of them notes on cases; a month's patrols); how long a download takes, whole and with
nothing new; and what happens at eight o'clock, when many workers sync at the same moment (each asks for what is new and
brings three records on a connection of its own): how many errors, how long the last one waits.
"""

import argparse
import http.client
import json
import random
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bench.ground import LONG_AGO, SCHEME, Ground, prepare
from bench.intake import PORT, THREADS, WORKERS, _serve

RECORDS, EACH = 500, 3
# So long a telephone waits for its answer.
PATIENCE_S = 120


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=1000, help="telephones at eight o'clock")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="a quick look: 60 telephones, one round")
    options = parser.parse_args(words)
    telephones, rounds = (60, 1) if options.small else (options.workers, options.rounds)
    ground = prepare()
    tokens, grids = _staff(telephones)
    server = _serve(THREADS)
    try:
        print(f"{WORKERS} workers x {THREADS} threads, fsync on, medians of {rounds} rounds")
        _pushes(ground, tokens[0], rounds)
        _done(tokens[:rounds], grids)
        _downloads(tokens, rounds)
        failed = _eight_o_clock(ground, tokens)
    finally:
        server.terminate()
        server.wait()
    return 1 if failed else 0


def _staff(n: int) -> tuple[list[str], list[str]]:
    """Return tokens of grid workers, several in each of the demo's grids, and each one's grid."""
    from gezhi.people import operations as people  # noqa: PLC0415  the rooms can be read once Django stands
    from gezhi.territory import queries as areas  # noqa: PLC0415

    grids = list(areas.areas().filter(level="grid").order_by("path"))
    made = []
    for number in range(n):
        account = people.create_staff(
            actor=None, username=f"tel-{uuid4().hex[:10]}", name=f"网格员{number}", now=LONG_AGO
        )
        people.appoint(
            actor=None, account=account, post="grid_worker", area=grids[number % len(grids)], department=None,
            since=LONG_AGO, now=LONG_AGO,
        )  # fmt: skip
        made.append(people.issue_token(actor=None, account=account, name="t", scopes=["field:sync"], now=LONG_AGO)[1])
    return made, [grids[number % len(grids)].code for number in range(n)]


def _ask(token: str, method: str, path: str, body: Any = None) -> tuple[float, int, dict[str, Any]]:
    """Ask on a connection of its own; return seconds, status and answer."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=PATIENCE_S)
    began = time.perf_counter()
    raw = json.dumps(body).encode() if body is not None else None
    line.request(method, path, raw, {"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    answer = line.getresponse()
    told = json.loads(answer.read() or b"{}")
    line.close()
    return time.perf_counter() - began, answer.status, told


def _report(ground: Ground, rng: random.Random) -> dict[str, Any]:
    lon, lat = rng.choice(ground.points)
    at = datetime.now(UTC) - timedelta(minutes=rng.randrange(600))
    data = {"item": rng.choice(ground.items), "lon": lon, "lat": lat, "text": "路口的垃圾堆了三天没人收。"}
    return {"key": str(uuid4()), "kind": "report", "at": at.isoformat(), "data": data}


def _patrols(grid: str) -> list[dict[str, Any]]:
    """Return the patrols of a telephone that was a month without a network: 500 in 30 days."""
    evening = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    found = []
    for n in range(RECORDS):
        ended = evening - timedelta(days=1 + n % 30, minutes=40 * (n // 30))
        data = {
            "duty": f"{SCHEME}.patrol", "area": grid, "began": (ended - timedelta(minutes=30)).isoformat(),
            "ended": ended.isoformat(), "remarks": "沿河走到桥头，路面干净。",
        }  # fmt: skip
        found.append({"key": str(uuid4()), "kind": "activity", "at": data["ended"], "data": data})
    return found


def _push(records: list[dict[str, Any]]) -> dict[str, Any]:
    return {"now": datetime.now(UTC).isoformat(), "records": records}


def _pushes(ground: Ground, token: str, rounds: int) -> None:
    rng = random.Random(5)
    plain, mixed, again = [], [], []
    for _ in range(rounds):
        records = [_report(ground, rng) for _ in range(RECORDS)]
        seconds, status, told = _ask(token, "POST", "/api/v1/sync", _push(records))
        _all(status, told, "accepted")
        plain.append(seconds)
        seconds, status, repeated = _ask(token, "POST", "/api/v1/sync", _push(records))
        _all(status, repeated, "duplicate")
        again.append(seconds)
        numbers = [one["subject"] for one in told["results"][: RECORDS // 2]]
        notes = [
            {"key": str(uuid4()), "kind": "note", "at": datetime.now(UTC).isoformat(),
             "data": {"number": number, "text": "钥匙在门卫。"}}
            for number in numbers
        ]  # fmt: skip
        half = [_report(ground, rng) for _ in range(RECORDS // 2)]
        seconds, status, told = _ask(token, "POST", "/api/v1/sync", _push([*half, *notes]))
        kept = sum(one["outcome"] == "accepted" for one in told["results"])
        mixed.append(seconds)
    print(f"push of {RECORDS} reports            {statistics.median(plain):6.2f} s")
    print(f"the same again (reply was lost)  {statistics.median(again):6.2f} s")
    print(f"{RECORDS // 2} reports, {RECORDS // 2} notes on cases    {statistics.median(mixed):6.2f} s ({kept} taken)")


def _done(tokens: list[str], grids: list[str]) -> None:
    spent = []
    for token, grid in zip(tokens, grids, strict=False):
        seconds, status, told = _ask(token, "POST", "/api/v1/sync", _push(_patrols(grid)))
        _all(status, told, "accepted")
        spent.append(seconds)
    print(f"push of {RECORDS} patrols            {statistics.median(spent):6.2f} s")


def _all(status: int, told: dict[str, Any], outcome: str) -> None:
    if status != 200 or [one["outcome"] for one in told["results"]] != [outcome] * RECORDS:
        raise RuntimeError(f"{status}: {json.dumps(told, ensure_ascii=False)[:600]}")


def _downloads(tokens: list[str], rounds: int) -> None:
    whole, nothing, size = [], [], 0
    for token in tokens[: rounds * 5]:
        seconds, _status, told = _ask(token, "GET", "/api/v1/sync")
        whole.append(seconds)
        size = told["bytes"]
        nothing.append(_ask(token, "GET", f"/api/v1/sync?since={told['cursor']}")[0])
    print(f"download, whole ({size / 1000:.0f} kB)       {1000 * statistics.median(whole):6.0f} ms")
    print(f"download, nothing new            {1000 * statistics.median(nothing):6.0f} ms")


def _eight_o_clock(ground: Ground, tokens: list[str]) -> int:
    """Let every telephone ask and bring at the same moment; return how many did not get what they should."""
    start = time.perf_counter() + 1 + len(tokens) / 500

    def one(token: str) -> tuple[float, str]:
        rng = random.Random(token)
        time.sleep(max(0.0, start - time.perf_counter()))
        try:
            _seconds, status, _told = _ask(token, "GET", "/api/v1/sync")
            pushed = _ask(token, "POST", "/api/v1/sync", _push([_report(ground, rng) for _ in range(EACH)]))
        except OSError as error:
            return time.perf_counter() - start, f"{type(error).__name__}: {error}"
        fine = status == pushed[1] == 200 and all(r["outcome"] == "accepted" for r in pushed[2]["results"])
        return time.perf_counter() - start, "" if fine else f"{status} {pushed[1]} {str(pushed[2])[:200]}"

    with ThreadPoolExecutor(len(tokens)) as pool:
        told = list(pool.map(one, tokens))
    failed = [why for _spent, why in told if why]
    spent = sorted(seconds for seconds, _why in told)
    print(
        f"{len(tokens)} telephones at once: {len(failed)} errors; half were done after {spent[len(spent) // 2]:.1f} s, "
        f"the last after {spent[-1]:.1f} s"
    )
    for why in failed[:5]:
        print("  ", why)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
