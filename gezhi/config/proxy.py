"""What follows from standing behind an HTTPS proxy, so that one setting is not forgotten beside the other."""

from urllib.parse import urlsplit


def trusted_origins(named: list[str], public_address: str) -> list[str]:
    """Return the origins whose forms are taken: those that were named, and that of the public address itself."""
    parts = urlsplit(public_address)
    own = f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.netloc else ""
    return list(dict.fromkeys(one for one in (*named, own) if one))


def scheme_header(*, https: bool, proxies: int) -> tuple[str, str] | None:
    """Return the header by which the proxy says that the visitor came by HTTPS; None where nobody may be believed."""
    return ("HTTP_X_FORWARDED_PROTO", "https") if https and proxies else None
