"""`ingest explain`: each rule that was asked about an edit, in order, with what it saw."""

from __future__ import annotations

import click

from ingest import escape
from ingest.cli import complete
from ingest.cli.call import opened, settings
from ingest.cli.options import as_json, verb
from ingest.cli.output import emit, line, note, paint
from ingest.cli.version_pair import located
from ingest.edits import case_line
from ingest.edits.classify import Explanation, explain
from ingest.edits.rule import RuleAnswer
from ingest.errors import UsageError
from ingest.index import edits
from ingest.records import shown_path
from ingest.records.verbs import AskedRule, Explained


@verb
@click.argument(
    "words", nargs=-1, required=True, metavar="DOC [A] [B] | DOC@A..B", shell_complete=complete.documents
)
@click.option("--root", metavar="NAME", help="The root, where several hold the path.")
@click.option(
    "--case", "as_case", is_flag=True, help="Print the edit, with both texts, as one line to report."
)
def command(words: tuple[str, ...], root: str | None, *, as_case: bool) -> None:
    """Why an edit is called what it is: each rule that was asked, in order, with what it saw.

    The edit from version A to version B (default: prev to latest), as the rules and settings of now tell it.
    The first rule that holds decides. Where that one leaves the significance open, the next that holds
    says it. A verdict that is wrong can be handed on with --case: a line of tests/edits/cases/reported.tsv,
    in which rule, class and significance are what was told.

    Exit: 0; 2 no such document or version, or one of the two has no text; 4 no store; 5 damaged bytes.
    """
    if len(words) > 3:
        raise UsageError(
            "explain takes one document and at most two versions", hint="write: ingest explain DOC [A] [B]"
        )
    with opened() as store, store.read() as connection:
        old, new = located(connection, words, root=root)
        target, other = old.target, new.target
        if target.id != other.id:
            raise UsageError("an edit lies between two versions of one document, and these are of two")
        a, b = old.version(connection, "prev"), new.version(connection, "latest")
        name = escape.path(other.path)
        rules = settings().edit_rules.of(other.root)
        texts = None if a == b else edits.texts(connection, target.id, a, b)
        if texts is None and a != b:
            raise UsageError(
                f"of versions {a} and {b} of {name} one has no text, or no normaliser read both",
                hint="what is known of them: ingest show --json",
            )
    found = None if texts is None else explain(texts.before, texts.after, earlier=texts.earlier, rules=rules)
    if as_case and texts is not None and found is not None:
        line(case_line.line(texts.before, texts.after, found.edit, rules=rules))
        return
    if as_json():
        path, path_base64 = shown_path(other.path)
        emit(
            Explained(
                document=other.document, root=other.root, path=path, path_base64=path_base64,
                first=a, last=b, asked=[_record(each) for each in found.asked] if found else [],
                edit=found.edit if found else None,
            )
        )  # fmt: skip
        return
    if found is None:
        note(f"both are version {a} of {escape.name(name)}: there is no edit between them")
        return
    line(f"{escape.name(name)} @{a} -> @{b}: {found.edit.summary.words}")
    _show(found)


def _record(each: RuleAnswer) -> AskedRule:
    rule, answer = each.rule, each.answer
    return AskedRule(
        rule=rule.name, class_=rule.kind, significance=rule.significance, holds=answer.holds, saw=answer.saw
    )


def _show(found: Explanation) -> None:
    width = max(len(each.rule.name) for each in found.asked)
    for each in found.asked:
        answer = paint("yes", bold=True) if each.answer.holds else "no "
        line(f"{answer}  {each.rule.name.ljust(width)}  {escape.text(each.answer.saw)}")
    told = found.edit.classifier
    line(f"told by {told.name}, version {told.version} of the rules, lists {told.lists}")
