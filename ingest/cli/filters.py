"""Which changes are wanted: the options that `log` and `changes` share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

import click

from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES
from ingest.history.changes import TYPES, Filters

T = TypeVar("T")
_SIGNIFICANCE = f"Only such edits, one or several with commas: {', '.join(SIGNIFICANCES)}."


def filters(function: Callable[..., T]) -> Callable[..., T]:
    """Add the options; the command is given one `filters` in their place."""

    @click.option("--root", metavar="NAME", help="Only this root.")
    @click.option(
        "--prefix",
        metavar="PATH",
        help="Only paths below the root that begin so: a folder, or more.",
    )
    @click.option("--type", "type_", metavar="T", help=f"Only this type: {', '.join(TYPES)}.")
    @click.option("--class", "class_", metavar="C", help=f"Only edits of this class: {', '.join(CLASSES)}.")
    @click.option("--significance", metavar="S", help=_SIGNIFICANCE)
    @click.option("--fact", metavar="KIND", help=f"Only edits that changed such a fact: {', '.join(FACTS)}.")
    @click.option("--flag", metavar="F", help=f"Only edits with this flag: {', '.join(FLAGS)}.")
    @functools.wraps(function)
    def wrapped(
        *args: object, root: str | None, prefix: str | None, type_: str | None, class_: str | None,
        significance: str | None, fact: str | None, flag: str | None, **kwargs: object,
    ) -> T:  # fmt: skip
        wanted = Filters(
            root=root,
            prefix=prefix,
            type_=type_,
            class_=class_,
            significance=significance,
            fact=fact,
            flag=flag,
        )
        return function(*args, filters=wanted, **kwargs)

    return wrapped
