"""Where a webhook may go: never into the house's own network, unless the installation allows it.

The name is resolved once, every address that it has is judged, and the request then goes to the judged address itself:
a name that answers differently the second time (DNS rebinding) gains nothing.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _


class NotAllowed(Exception):
    """A webhook's address can't be used; the message says why and what would do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A judged place: the host as named, the address to connect to, the port."""

    scheme: str
    host: str
    address: str
    port: int


def judge(url: str) -> Target:
    """Return where a webhook's address leads, or raise `NotAllowed`."""
    target = judge_form(url)
    addresses = _resolve(target)
    if not settings.WEBHOOK_PRIVATE_ADDRESSES:
        for address in addresses:
            if not _is_public(address):
                raise NotAllowed(
                    _("%(host)s leads to %(address)s, an address inside a private network. Use a public address.")
                    % {"host": target.host, "address": address}
                )
    return Target(target.scheme, target.host, addresses[0], target.port)


def judge_form(url: str) -> Target:
    """Return the parts of a webhook's address as written, without asking the network. Raises `NotAllowed`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed(_("This is not a web address.")) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise NotAllowed(_("Write an address that begins with https:// or http://."))
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(_("Leave name and password out of the address; the signature proves who sends."))
    return Target(parts.scheme, parts.hostname, "", port or (443 if parts.scheme == "https" else 80))


def _resolve(target: Target) -> list[str]:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotAllowed(_("The name %(host)s can't be found.") % {"host": target.host}) from None
    return list(dict.fromkeys(str(row[4][0]).split("%")[0] for row in found))


def _is_public(address: str) -> bool:
    place = ip_address(address)
    if isinstance(place, IPv6Address) and place.ipv4_mapped is not None:
        place = place.ipv4_mapped
    return place.is_global and not place.is_multicast
