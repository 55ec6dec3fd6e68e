"""Too few file descriptors: an error that says nothing of what was looked at.

Where the process or the machine has no descriptor left, any file and folder seems unreadable. Whoever looks
at paths raises this error instead of an answer; whoever asked does all of it again, later.
"""

from __future__ import annotations

import errno
import resource

TOO_FEW = frozenset((errno.EMFILE, errno.ENFILE))


def are_too_few(error: BaseException | None) -> bool:
    """Tell whether this error came of a want of descriptors alone."""
    return isinstance(error, OSError) and error.errno in TOO_FEW


def shortage() -> str:
    """Return what is wrong, in words."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f"too many open files: this process may have {allowed}, or the machine has no more"


HINT = "raise the limit: ulimit -n, or LimitNOFILE= in a unit of systemd"
