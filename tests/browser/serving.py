"""How the server of the journeys answers: static files from memory and kept by the browser, as in production.

`GEZHI_SLOW_BROWSER=4` before any run of journeys makes a slow phone on a slow net of it: the number is how many times
slower the browser works, and a tenth of a second for each of it, every script and every answer to one comes late. What
people do meanwhile must not be lost, and a journey waits where they would.
"""

import mimetypes
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

SLOWER = max(1.0, float(os.environ.get("GEZHI_SLOW_BROWSER") or 1))
LATE_SECONDS = SLOWER / 10 if SLOWER > 1 else 0

type Start = Callable[..., Any]
type App = Callable[[dict[str, Any], Start], Iterable[bytes]]


def slow_down(page: Page) -> None:
    """Let the browser work slowly, when that was asked for."""
    if SLOWER > 1:
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


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
        """Answer. What the server does it does at once: only the answer is late."""
        path: str = asked["PATH_INFO"]
        answer = self._file(path, start) or self._app(asked, start)
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
