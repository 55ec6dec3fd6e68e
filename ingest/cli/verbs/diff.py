"""`ingest diff`: what changed between two versions of a document, or in the whole corpus."""

from __future__ import annotations

from collections.abc import Callable

import click

from ingest import escape, moments, text_reasons
from ingest.cli import complete, files, hunks
from ingest.cli.call import opened, settings
from ingest.cli.empty_answer import say_why
from ingest.cli.moment_notes import note_to_come, note_unbegun
from ingest.cli.options import as_json, is_quiet, verb
from ingest.cli.output import TYPE_STYLES, emit, is_unread, keep_going, line, note, paged, paint
from ingest.cli.times import calendar
from ingest.cli.version_pair import located
from ingest.edits.boilerplate import is_boilerplate
from ingest.errors import UsageError
from ingest.history import (
    diffs,
    log_moments,
    naming,
    prefixes,
    snapshots,
    version_annotations,
    version_contents,
)
from ingest.history.diffs import Diff, Sides
from ingest.history.naming import Target
from ingest.records import Difference
from ingest.report import redline
from ingest.store import roots
from ingest.store.engine import Connection


@verb
@click.argument("words", nargs=-1, metavar="DOC [A] [B] | DOC@A DOC@B", shell_complete=complete.documents)
@click.option("--word", is_flag=True, help="By word, not by line.")
@click.option("--stat", is_flag=True, help="Counts only.")
@click.option("--html", "page", metavar="FILE", help="Write a redline to this file: a page to read or print.")
@click.option("--docx", metavar="FILE", help="Write a redline to this file: Word, with tracked changes.")
@click.option("--from", "from_", metavar="M1", help="The corpus from this moment …")
@click.option("--to", metavar="M2", help="… to this one (default: now).")
@click.option("--prefix", metavar="PATH", help="Of the corpus: only paths below the root that begin so.")
@click.option(
    "--root", metavar="NAME", help="The root, where several hold the path; of the corpus, only this."
)
@paged
def command(
    words: tuple[str, ...], word: bool, stat: bool, page: str | None, docx: str | None, from_: str | None,
    to: str | None, prefix: str | None, root: str | None,
) -> int:  # fmt: skip
    """What changed from version A to version B (default: prev to latest), or in the corpus.

    --html and --docx write both texts as one, what was deleted struck out, what was inserted underlined. Of
    the Word file: with all changes accepted it has the text of B, with all rejected that of A.

    Exit: 0 no difference; 1 a difference; 2 no such document or version; 4 no store, or FILE's
    place does not answer.
    """
    keep_going()  # the exit code says what was found
    if from_ is not None or to is not None:
        if words or from_ is None:
            raise UsageError("a diff of the corpus takes --from and --to, no document")
        if word or stat or page or docx:
            raise UsageError(
                "a diff of the corpus tells which documents differ: it takes no --word, --stat, --html or"
                " --docx"
            )
        return _corpus(from_, to, root, prefix)
    if prefix is not None:
        raise UsageError("--prefix goes with --from", hint="a diff of one document names it")
    if not 1 <= len(words) <= 3:
        raise UsageError(
            "diff takes one document and at most two versions", hint="write: ingest diff DOC [A] [B]"
        )
    with opened() as store, store.read() as connection:
        old, new = located(connection, words, root=root)
        a_target, a = old.target, old.version(connection, "prev")
        b_target, b = new.target, new.version(connection, "latest")
        found = diffs.between(
            connection, (a_target, a), (b_target, b), rules=settings().edit_rules, stat=stat,
            word=word and as_json(),
            lines=False,
        )  # fmt: skip
        if page is not None or docx is not None:
            _write_redlines(connection, found, (b_target, b), page=page, docx=docx)
        is_file = any(
            version_annotations.annotations_of(connection, *side) is None
            for side in ((a_target, a), (b_target, b))
        )
    record = found.record
    if found.old is None or found.new is None:
        _binary(found)
        return 0 if found.same_bytes else 1
    if as_json():
        hunks.emit_all(record, found.each_hunk())
        return 1 if found.old != found.new else 0
    if found.old == found.new and not found.same_bytes:
        note("the texts are the same, the bytes differ: ingest show --raw")
    if record.edit:
        note(f"{record.edit.summary.words}: {record.edit.reason}")
    muted = _boilerplate_of(b_target.root, found.language)
    _show(found, found.old, found.new, word=word, muted=muted, is_file=is_file)
    return 1 if found.old != found.new else 0


def _write_redlines(
    connection: Connection, found: Sides, new: tuple[Target, int], *, page: str | None, docx: str | None
) -> None:
    if found.old is None or found.new is None:
        raise UsageError("a redline is of two texts, and one of the two versions has none")
    older, newer = _names(found.record)
    row = redline.pieces(found.old, found.new)
    moment = moments.show(version_contents.version_row(connection, *new).observed_at) or ""
    if page is not None:
        known = version_annotations.annotations_of(connection, *new)
        pages = [
            (each.page, each.place)
            for each in (() if known is None else known.pages)
            if each.page is not None and each.place is not None
        ]
        heading = redline.Heading(old=older, new=newer, made_at=moment, edit=found.record.edit or None)
        _write(page, redline.page(row, heading, pages).encode("utf-8", "replace"))
    if docx is not None:
        _write(docx, redline.docx(row, author="ingest", date=moment.partition(".")[0] + "Z"))


def _write(file: str, body: bytes) -> None:
    files.write(file, body, hint="name a file in it")


def _names(record: Diff) -> tuple[str, str]:
    """Name both sides as DOC@N; two documents that stood at one path go by their ids."""
    new = record.path
    old = record.from_path or new
    if record.from_document and old == new:
        old, new = f"{old} ({record.from_document})", f"{new} ({record.document})"
    return f"{escape.name(old)}@{record.first}", f"{escape.name(new)}@{record.last}"


def _boilerplate_of(root: str, language: str | None) -> Callable[[str], bool]:
    """Give what tells of a line whether it is boilerplate by the settings of its root."""
    patterns = settings().edit_rules.of(root).boilerplate
    return lambda text: is_boilerplate(text, language, patterns)


def _binary(found: Sides) -> None:
    record = found.record
    if as_json():
        emit(record)
    elif not found.same_bytes:
        old, new = _names(record)
        line(f"binary versions differ: {old} and {new}")
        for no, reason in found.without_text.items():
            note(f"version {no} has no text: {text_reasons.in_words(reason)}")


def _show(
    found: Sides, old: str, new: str, *, word: bool, muted: Callable[[str], bool], is_file: bool
) -> None:
    if old == new:
        return
    record = found.record
    older, newer = _names(record)
    if record.stat:
        counts = record.stat
        same = not record.from_document
        line(
            f"{older} -> {newer if not same else '@' + str(record.last)}: "
            f"lines +{counts['lines_added']} -{counts['lines_removed']}, "
            f"words +{counts['words_added']} -{counts['words_removed']}"
        )
        return
    line(paint(f"--- {older}", bold=True))
    line(paint(f"+++ {newer}", bold=True))
    if word:
        hunks.show_words(old, new, muted)
    else:
        for hunk, lines in found.each_hunk():
            hunks.show(hunk, lines, muted, is_file=is_file)


def _corpus(from_: str, to: str | None, root: str | None, beginning: str | None) -> int:
    found = False
    with opened() as store, store.read() as connection:
        rules = settings().edit_rules
        several = len(roots.every(connection)) > 1
        without = {
            name: at
            for words in (from_, to)
            if words is not None
            for name, at in log_moments.unrecorded_roots(connection, words, calendar(), root).items()
        }
        note_unbegun(without)
        note_to_come(connection, from_, to)
        prefix = prefixes.prefix_of(connection, beginning or "", naming.root_id(connection, root))
        differences = snapshots.differences(
            connection, from_, to, calendar(), rules=rules, prefix=prefix, without=without.keys()
        )
        for record in differences:
            found = True
            if is_quiet() or is_unread():
                break
            if as_json():
                emit(record)
            else:
                _show_difference(record, several=several)
        if not found:
            say_why(connection, prefix=prefix)
    return 1 if found else 0


def _show_difference(record: Difference, *, several: bool) -> None:
    folder = f"{escape.name(record.root)}/" if several else ""
    moved = f"{folder}{escape.name(record.from_path)} -> " if record.from_path else ""
    numbers = dict.fromkeys(no for no in (record.first, record.last) if no is not None)
    versions = " " + " -> ".join(f"@{no}" for no in numbers)
    matters = f"  {record.significance}: {record.class_}" if record.significance else ""
    change = paint(f"{record.change:<8}", **TYPE_STYLES[record.change])
    line(f"{change} {moved}{folder}{escape.name(record.path)}{versions}{matters}")
