"""The two ways out of the house: mail and signed web requests. Nothing here touches the database."""

import hashlib
import hmac
import smtplib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import httpx
import msgspec
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail import mailers as django_mailers
from django.utils import translation
from django.utils.translation import gettext as _

from gezhi import __version__
from gezhi.notices import guard
from gezhi.notices.digest_operations import STOP_LINK, stop_token
from gezhi.notices.models import Message

TIMEOUT_SECONDS = 10.0
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one attempt: whether it arrived, the answer's status and beginning, how long it took.

    `again` is False where another attempt does no good (an answer 410 Gone). `unsure`: it may have arrived, and another
    attempt might make a second one.
    """

    ok: bool
    milliseconds: int
    status: int | None = None
    excerpt: str = ""
    again: bool = True
    unsure: bool = False


def mail(message: Message, address: str) -> Attempt:
    """Send a message as plain-text mail."""
    text = message.body
    if message.link:
        text = f"{text}\n\n{settings.PUBLIC_ADDRESS.rstrip('/')}{message.link}\n"
    headers = {"Message-ID": f"<{message.pk}@gezhi>", "Auto-Submitted": "auto-generated"}
    if message.account_id is not None:
        stop = f"{settings.PUBLIC_ADDRESS.rstrip('/')}{STOP_LINK.format(token=stop_token(message.account_id))}"
        with translation.override((message.account.language if message.account else "") or "zh-hans"):
            text = f"{text}\n\n--\n{_('No more mail of this kind, without signing in:')} {stop}\n"
        headers |= {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    letter = EmailMessage(
        subject=message.subject,
        body=text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers=headers,
    )
    return _timed(lambda: _hand_over(letter))


def webhook(
    message: Message, url: str, keys: Sequence[str], now: datetime, transport: httpx.BaseTransport | None = None
) -> Attempt:
    """Post a message's payload to an endpoint, signed with its secret, and with the one before while that is valid."""
    return _timed(lambda: _post(message, url, keys, now, transport))


def signature(keys: Sequence[str], timestamp: int, body: bytes) -> str:
    """Return the signature header: HMAC-SHA256 over "timestamp.body", so that an old request can't be played again.

    One `v1` for each secret that is valid, the newest first.
    """
    signed = f"{timestamp}.".encode() + body
    digests = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={timestamp}", *(f"v1={one}" for one in digests)])


def _hand_over(letter: EmailMessage) -> Attempt:
    try:
        django_mailers.default.send_messages([letter])
    except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
        # The server fell silent: whether it took the letter is not known.
        return Attempt(ok=False, milliseconds=0, excerpt=_words(error), unsure=True)
    return Attempt(ok=True, milliseconds=0)


def _post(
    message: Message, url: str, keys: Sequence[str], now: datetime, transport: httpx.BaseTransport | None
) -> Attempt:
    target = guard.judge(url)
    body = msgspec.json.encode(
        {
            "id": str(message.pk),
            "topic": message.topic,
            "key": message.key,
            "at": message.created_at,
            "subject": message.subject,
            "body": message.body,
            "data": message.payload,
        }
    )
    headers = {
        "Host": httpx.URL(url).netloc.decode(),
        "Content-Type": "application/json",
        "User-Agent": f"gezhi/{__version__}",
        "Gezhi-Message": str(message.pk),
        "Gezhi-Topic": message.topic,
        "Gezhi-Signature": signature(keys, int(now.timestamp()), body),
    }
    # To the judged address itself; the certificate is still checked against the name.
    place = httpx.URL(url).copy_with(host=target.address)
    extensions = {"sni_hostname": target.host}
    with (
        httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False, transport=transport) as web,
        web.stream("POST", place, content=body, headers=headers, extensions=extensions) as answer,
    ):
        return Attempt(
            ok=answer.is_success,
            milliseconds=0,
            status=answer.status_code,
            excerpt=_beginning(answer),
            again=answer.status_code != httpx.codes.GONE,
        )


def _beginning(answer: httpx.Response) -> str:
    for chunk in answer.iter_bytes(_EXCERPT * 4):
        return chunk[: _EXCERPT * 4].decode("utf-8", "replace").replace("\x00", "")[:_EXCERPT]
    return ""


def _timed(attempt: Callable[[], Attempt]) -> Attempt:
    """Run an attempt; whatever goes wrong on the way becomes its record, because nobody stands there to see it."""
    began = time.monotonic()
    try:
        done = attempt()
    except Exception as error:  # noqa: BLE001  the log of deliveries must hold every failure, whatever its kind
        done = Attempt(ok=False, milliseconds=0, excerpt=_words(error))
    return replace(done, milliseconds=round((time.monotonic() - began) * 1000))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_EXCERPT]
