"""`ingest completion`: what a shell needs to complete a call."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ingest.cli.options import COMPLETE, verb
from ingest.cli.output import write


@verb
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion of verbs and options for a shell, to be read when it starts.

    Exit: 0; 2 another shell.
    """
    script = get_completion_class(shell)
    assert script is not None
    group = click.get_current_context().find_root().command
    write(script(group, {}, "ingest", COMPLETE).source().encode() + b"\n")
