"""The time-based one-time code (TOTP, RFC 6238) of an authenticator app: reading it, and the picture to scan."""

import hmac
from datetime import datetime

import pyotp
import segno

STEP_SECONDS = 30
# A phone's clock may be off by one step either way.
_TOLERANCE = (0, -1, 1)


def new_secret() -> str:
    """Return a fresh secret of 160 bits in base32."""
    return pyotp.random_base32()


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the 30-second step whose code this is, near `now`, or None. The caller accepts each step once."""
    digits = "".join(letter for letter in code if letter.isascii() and letter.isdigit())
    totp = pyotp.TOTP(secret)
    present = int(now.timestamp()) // STEP_SECONDS
    for offset in _TOLERANCE:
        expected = totp.at((present + offset) * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), digits.encode()):
            return present + offset
    return None


def address(secret: str, username: str, issuer: str) -> str:
    """Return the `otpauth:` address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=issuer)


def picture(text: str) -> str:
    """Return a QR code as an SVG data address, fit for an `img` under the strict content policy."""
    return str(segno.make(text, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
