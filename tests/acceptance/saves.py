"""The ways in which editors and tools save `a.txt` of a folder: `Monday` becomes `Tuesday`.

`spare` is an empty folder outside every root, on the same file system.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.daemon import until
from tests.site import run, tool

Save = Callable[[Path, Path], None]


def edited(folder: Path) -> str:
    """What `a.txt` holds after the edit."""
    return (folder / "a.txt").read_text().replace("Monday", "Tuesday")


def vim(settings: str) -> Save:
    """Vim with its own defaults beside these settings."""

    def save(folder: Path, _spare: Path) -> None:
        run(
            *(tool("vim"), "-u", "NONE", "-N", "-es", "-i", "NONE"),
            *("-c", f"set backupskip= writebackup {settings}"),
            *("-c", "%s/Monday/Tuesday/", "-c", "wq", "a.txt"),
            cwd=folder,
        )

    return save


def vim_with_a_hard_link(folder: Path, spare: Path) -> None:
    """Vim keeps a hard link: it writes in place then."""
    os.link(folder / "a.txt", spare / "other name")
    vim("backupcopy=auto")(folder, spare)


def emacs(folder: Path, _spare: Path) -> None:
    """With its lock (a dangling link) and its backup (`a.txt~`)."""
    edit = '(progn (search-forward "Monday") (replace-match "Tuesday") (save-buffer))'
    run(tool("emacs"), "-Q", "--batch", "a.txt", "--eval", edit, cwd=folder)


def nano(folder: Path, _spare: Path) -> None:
    """Typed at a terminal: to the word, delete it, type, write out, leave."""
    wanted = edited(folder)
    column = wanted.index("Tuesday")
    terminal, inside = pty.openpty()
    editor = subprocess.Popen(
        [tool("nano"), "--ignorercfiles", "a.txt"],
        cwd=folder,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(inside)

    def quiet() -> bool:
        """Whether the editor painted something and then fell silent, or ended."""
        heard = False
        while select.select([terminal], [], [], 0.2)[0]:
            try:
                heard = bool(os.read(terminal, 65536)) or heard
            except OSError:  # the other end is closed
                return True
        return heard

    until(quiet, what="nano's first screen")
    os.write(terminal, b"\x1b[C" * column + b"\x1b[3~" * len("Monday") + b"Tuesday")
    until(quiet, what="nano's typing")
    os.write(terminal, b"\x0f")  # write out …
    until(quiet, what="nano's question")
    os.write(terminal, b"\r")  # … to this name
    until(lambda: quiet() and (folder / "a.txt").read_text() == wanted, what="nano's save")
    os.write(terminal, b"\x18")
    until(lambda: quiet() and editor.poll() is not None, what="nano's end")
    os.close(terminal)


def sed(option: str) -> Save:
    """A temporary with a plain name beside, renamed into place."""

    def save(folder: Path, _spare: Path) -> None:
        run(tool("sed"), option, "s/Monday/Tuesday/", "a.txt", cwd=folder)

    return save


def replaced(temporary: str) -> Save:
    """Written beside, synced, renamed into place."""

    def save(folder: Path, _spare: Path) -> None:
        path = folder / temporary
        with path.open("w") as file:
            file.write(edited(folder))
            file.flush()
            os.fsync(file.fileno())
        path.replace(folder / "a.txt")

    return save


def replaced_from_outside(folder: Path, spare: Path) -> None:
    """The temporary lies where nobody watches."""
    (spare / "new").write_text(edited(folder))
    (spare / "new").replace(folder / "a.txt")


def renamed_away(folder: Path, _spare: Path) -> None:
    """As vim does it, without vim: the probe, the backup, the new file, the backup removed."""
    wanted = edited(folder)
    (folder / "4913").touch()
    (folder / "4913").unlink()
    (folder / "a.txt").rename(folder / "a.txt~")
    (folder / "a.txt").write_text(wanted)
    (folder / "a.txt~").unlink()


def renamed_to_a_plain_name(folder: Path, _spare: Path) -> None:
    """The backup's name is not left out, but it is gone before it would be a document."""
    wanted = edited(folder)
    (folder / "a.txt").rename(folder / "a.old")
    (folder / "a.txt").write_text(wanted)
    (folder / "a.old").unlink()


def unlinked(folder: Path, _spare: Path) -> None:
    """Removed, and made again a moment later."""
    wanted = edited(folder)
    (folder / "a.txt").unlink()
    time.sleep(0.1)
    (folder / "a.txt").write_text(wanted)


def truncated(folder: Path, _spare: Path) -> None:
    """In place."""
    wanted = edited(folder)
    (folder / "a.txt").write_text(wanted)


def same_size_and_times(folder: Path, _spare: Path) -> None:
    """In place, no longer than before, the file's times put back: its ctime alone tells."""
    path = folder / "a.txt"
    before = path.stat()
    path.write_text(path.read_text().replace("Monday", "Friday"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size


def rsync(*options: str) -> Save:
    """From another folder."""

    def save(folder: Path, spare: Path) -> None:
        (spare / "a.txt").write_text(edited(folder))
        run(tool("rsync"), "-a", *options, spare / "a.txt", f"{folder}/", cwd=spare)

    return save


def copied(folder: Path, spare: Path) -> None:
    """`cp` over it."""
    (spare / "a.txt").write_text(edited(folder))
    run("cp", spare / "a.txt", folder / "a.txt", cwd=spare)


def moved(folder: Path, spare: Path) -> None:
    """`mv` over it."""
    (spare / "a.txt").write_text(edited(folder))
    run("mv", "-f", spare / "a.txt", folder / "a.txt", cwd=spare)


def unpacked(folder: Path, spare: Path) -> None:
    """`tar` unlinks the old file and makes a new one, with the times of the archive."""
    (spare / "a.txt").write_text(edited(folder))
    run("tar", "cf", "x.tar", "a.txt", cwd=spare)
    run("tar", "xf", spare / "x.tar", cwd=folder)


SAVES: dict[str, Save] = {
    "vim": vim(""),
    "vim backupcopy=yes": vim("backupcopy=yes"),
    "vim backupcopy=no": vim("backupcopy=no"),
    "vim backup kept": vim("backup backupcopy=no"),
    "vim hard link": vim_with_a_hard_link,
    "nano": nano,
    "emacs": emacs,
    "sed -i": sed("-i"),
    "sed -i.bak": sed("-i.bak"),
    "temporary with a dot": replaced(".a.txt.tmp"),
    "temporary with a plain name": replaced("sedXyZ1"),
    "temporary outside": replaced_from_outside,
    "renamed away": renamed_away,
    "renamed to a plain name": renamed_to_a_plain_name,
    "unlinked": unlinked,
    "truncated": truncated,
    "same size and times": same_size_and_times,
    "rsync": rsync(),
    "rsync --inplace": rsync("--inplace"),
    "cp": copied,
    "mv": moved,
    "tar": unpacked,
}
