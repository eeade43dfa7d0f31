"""How the server of the journeys answers: static files from memory and kept by the browser, as in production.

On another machine other things are slow, and a journey must hold on all of them. Before any run of journeys:

- `GEZHI_SLOW_BROWSER=4` makes a slow phone on a slow net of it: the number is how many times slower the browser works,
  and a tenth of a second for each of it, every script and every answer to one comes late.
- `GEZHI_SLOW_SERVER=0.4`: the server takes what it is asked only so many seconds after it was asked.
- `GEZHI_SLOW_HAND=0.2`: whoever walks the journey rests so many seconds after each thing done or seen.

What people do meanwhile must not be lost, and a journey waits where they would.
"""

import mimetypes
import os
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright._impl._sync_base import SyncBase
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

SLOWER = max(1.0, float(os.environ.get("GEZHI_SLOW_BROWSER") or 1))
LATE_SECONDS = SLOWER / 10 if SLOWER > 1 else 0
TAKEN_SECONDS = float(os.environ.get("GEZHI_SLOW_SERVER") or 0)
REST_SECONDS = float(os.environ.get("GEZHI_SLOW_HAND") or 0)

type Start = Callable[..., Any]
type App = Callable[[dict[str, Any], Start], Iterable[bytes]]


def slow_down(page: Page) -> None:
    """Let the browser work slowly, when that was asked for."""
    if SLOWER > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


def slow_hand() -> None:
    """Rest after each thing that a journey does or sees, when that was asked for."""
    if not REST_SECONDS:
        return
    act = SyncBase._sync

    def rest_after(self: SyncBase, doing: Awaitable[Any]) -> Any:
        done = act(self, doing)
        time.sleep(REST_SECONDS)
        return done

    SyncBase._sync = rest_after  # type: ignore[assignment,method-assign]


def take_over(server: LiveServer) -> None:
    """Answer in its place."""
    httpd = server.thread.httpd
    answers = httpd.get_app()
    assert answers is not None, "a server that was not started"
    httpd.set_app(_Serving(answers))


class _Serving:
    def __init__(self, app: App) -> None:
        self._app = app
        self._files: dict[str, tuple[list[tuple[str, str]], bytes]] = {}

    def __call__(self, asked: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer: at once, or as late as was asked for."""
        path: str = asked["PATH_INFO"]
        answer = self._file(path, start)
        if answer is None:
            time.sleep(TAKEN_SECONDS)
            answer = self._app(asked, start)
        if LATE_SECONDS and (path.endswith((".js", ".mjs")) or asked.get("HTTP_SEC_FETCH_DEST") == "empty"):
            time.sleep(LATE_SECONDS)
        return answer

    def _file(self, path: str, start: Start) -> Iterable[bytes] | None:
        if path not in self._files:
            prefix = settings.STATIC_URL or "/static/"
            found = finders.find(path.removeprefix(prefix)) if path.startswith(prefix) else None
            if not found:
                return None
            kept = Path(found).read_bytes()
            kind, _encoding = mimetypes.guess_type(found)
            headers = {
                "Content-Type": kind or "application/octet-stream",
                "Content-Length": str(len(kept)),
                "Cache-Control": "max-age=3600",
            }
            self._files[path] = (list(headers.items()), kept)
        headers_of, words = self._files[path]
        start("200 OK", list(headers_of))
        return [words]
