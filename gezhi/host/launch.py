"""Starts one program that ends with its parent. Run as a script, so that nothing else of Gezhi is loaded here.

Usage: launch.py PARENT_PID SIGNAL UID GID -- PROGRAM ARGUMENTS…   (UID and GID `-` to stay who we are)
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, sign: int) -> None:
    """Ask the kernel for a signal when the parent ends, and end now if it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sign, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    """Take on the identity, bind to the parent's life, become the program."""
    parent, sign, uid, gid, _dashes, *command = sys.argv[1:]
    if uid != "-":
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    die_with_parent(int(parent), int(sign))
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(name, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606  the command was put together by gezhi.host, without a shell


if __name__ == "__main__":
    main()
