"""What each process of the web server loads: the application, tied to the life of the server that forked it."""

import os
import signal

from gezhi.host.launch import die_with_parent

die_with_parent(os.getppid(), signal.SIGTERM)

from gezhi.config.wsgi import application  # noqa: E402  first the tie, then the long import

__all__ = ["application"]
