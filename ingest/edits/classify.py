"""What kind of edit lies between two texts, whether it matters, which facts it changed, and how openly.

The class is the first that holds:

* `wording`, when the texts are equal and the headline, which stands outside them, is another.
* `encoding`: the texts are equal, and so is the date; only bytes changed, such as the encoding.
* `boilerplate`: what differs is lines or sentences that the root's settings call so, the blank lines where
  they stood, and nothing else.
* `redated`: the texts are equal and the date in the header is another, or the texts differ in lines alone
  that say when they were published.
* `whitespace`: equal without white space.
* `typography`: equal after folding quotes, dashes, ellipses, capitals and invisible characters too.
* `revert`: equal to an earlier text than the last; `revert_of` is the newest version with it.
* `truncation`: the text now is how the last one began, perhaps with an ellipsis, and at least 30 % of
  the characters are gone.
* `rewrite`: of both texts, under half of the sentences were kept, edited or moved. Of both: what
  grew to thrice its length, or lost its second half, was not written anew.
* `factual`: a fact changed in an edited sentence. A notice or a line of time stamps holds no facts.
* `spelling`: no sentence came, went or moved, and all that changed in words are misspellings (see
  `words.misspelt`), a word doubled, words joined or parted, and punctuation.
* `update`: sentences were added or removed.
* `wording`: the rest: rephrased, moved, split, merged.

Of every other edit boilerplate is no part: the texts are compared without it, and only the places of its
facts are those in the whole texts.

Significance is `none` for `encoding` and `boilerplate`; `cosmetic` for `redated` (the class itself tells
who minds a date), `whitespace`, `typography` and `spelling`; `substantive` for `truncation`, `rewrite`
and `factual`. An `update` is substantive when a sentence of three words or more came or went. `wording`
is substantive when a word came or went that is not among `words.LIGHT`, when small words were put for
each other that say something else (`words.OPPOSED`, and the first of `words.MODALS`), when two that act
took each other's place (`roles`: `the company sued the city`, `we may sue you`), or when a `not` or an
`only` is said of another word. It is cosmetic when the same words and values, inflected, spelt or written
otherwise at most (`renderings`: abbreviations, contractions, small words that say the same), were only
ordered, cut or joined otherwise. A `revert` has that of its difference to the last text.

Flags: `headline`, the titles differ by more than typography; `notice`, a new or edited sentence says
that the article was corrected or updated, and did not before or says more now; `silent`, the edit is
substantive, and this version brings no notice of it. An older notice excuses nothing, nor does a later one.
Each substantive edit is silent or open, and has a subject: see `subject`.

The reason of every class says where the date in the header is another one too.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingest.diff.sentences import Comparison, compare
from ingest.edits import boilerplate
from ingest.edits.boilerplate import Stripped
from ingest.edits.difference import Difference, bare, counts_of, show, show_fact, skeleton
from ingest.edits.edit import Edit, Flag, Text
from ingest.edits.rules import NONE_OF_ROOT, RootRules
from ingest.text.words import without_blanks


def classify(
    before: Text,
    after: Text,
    *,
    earlier: Sequence[tuple[int, bytes]] = (),
    rules: RootRules = NONE_OF_ROOT,
    comparison: Comparison | None = None,
) -> Edit:
    """The edit from one text to the next of a document.

    `earlier` are the numbers and text hashes of versions before `before`. `rules` are those that the root's
    settings add. `comparison` saves comparing the texts again, as they are without boilerplate.
    """
    if rules.boilerplate and before.text != after.text:
        old, new = (
            boilerplate.strip(each.text, each.language, rules.boilerplate) for each in (before, after)
        )
        if old.cut or new.cut:
            return _without_boilerplate(before, after, old, new, earlier, rules, comparison)
    return _with_dates(before, after, _told(_classified(before, after, earlier, rules, comparison)))


def _without_boilerplate(
    before: Text,
    after: Text,
    old: Stripped,
    new: Stripped,
    earlier: Sequence[tuple[int, bytes]],
    rules: RootRules,
    comparison: Comparison | None,
) -> Edit:
    """The edit of two texts that hold boilerplate, told by the rest of them."""
    gone, came = boilerplate.difference(old, new)
    same = (gone or came) is not None and boilerplate.same_rest(old, new)
    a = msgspec.structs.replace(before, text=old.text)
    b = msgspec.structs.replace(after, text=old.text if same else new.text)
    if same and before.date == after.date and not _headline(a, b, rules):
        reason = f"only boilerplate differs: {show(gone)}, now {show(came)}"
        return Edit(kind="boilerplate", significance="none", reason=reason)
    edit = _told(_classified(a, b, earlier, rules, comparison))
    facts = tuple(
        msgspec.structs.replace(
            fact, from_offset=old.place(fact.from_offset), to_offset=new.place(fact.to_offset)
        )
        for fact in edit.facts
    )
    return _with_dates(a, b, msgspec.structs.replace(edit, facts=facts))


def _with_dates(before: Text, after: Text, edit: Edit) -> Edit:
    """The edit, with the dates in its reason where they are others too."""
    if before.date == after.date or (edit.kind == "redated" and before.text == after.text):
        return edit  # its reason says so
    dates = f"the date was {before.date or 'none'}, now {after.date or 'none'}"
    return msgspec.structs.replace(edit, reason=f"{edit.reason}; {dates}")


def _classified(
    before: Text,
    after: Text,
    earlier: Sequence[tuple[int, bytes]],
    rules: RootRules,
    comparison: Comparison | None,
) -> Edit:
    flags = _headline(before, after, rules)
    if before.text == after.text:
        return _same_text(before, after, flags)
    if without_blanks(before.text) == without_blanks(after.text):
        return Edit(
            kind="whitespace", significance="cosmetic", reason="only white space differs", flags=flags
        )
    language = after.language or before.language
    made = comparison or compare(before.text, after.text, language=language)
    counts = counts_of(made)
    if skeleton(before.text) == skeleton(after.text) and bare(before.text) == bare(after.text):
        reason = "equal but for quotes, dashes, ellipses, capitals and white space"
        return Edit(kind="typography", significance="cosmetic", reason=reason, counts=counts, flags=flags)
    found = Difference(before.text, after.text, language, made, rules.phrases)
    kind, significance, reason = found.kind(counts)
    revert_of = max((number for number, sha256 in earlier if sha256 == after.sha256), default=None)
    if revert_of is not None:
        kind, reason = "revert", f"the text is that of version {revert_of} again"
    return Edit(
        kind=kind,
        significance=significance,
        reason=reason,
        revert_of=revert_of,
        counts=counts,
        facts=found.facts,
        facts_reason=None if found.lexicon.is_known else "unknown-language",
        subject=found.subject(kind, counts, headline=bool(flags)) if significance == "substantive" else None,
        flags=(*flags, *found.flags()),
    )


def _told(edit: Edit) -> Edit:
    """The edit with what it says of openness: each substantive one is silent or open."""
    if edit.significance != "substantive":
        return edit
    silent = all(flag.name != "notice" for flag in edit.flags)
    flags = edit.flags
    if silent:
        told = show_fact(edit.facts[0], "is now") if edit.facts else edit.reason
        flags = (*flags, Flag("silent", f"{told}, and no notice says so"))
    return msgspec.structs.replace(edit, silent=silent, flags=flags)


def _same_text(before: Text, after: Text, flags: tuple[Flag, ...]) -> Edit:
    if flags:
        reason = "only the headline differs"
        return Edit(
            kind="wording", significance="substantive", subject="headline", reason=reason, flags=flags
        )
    if before.date != after.date:
        only = (
            "only the date differs" if before.encoding == after.encoding else "only date and encoding differ"
        )
        reason = f"{only}: {before.date or 'none'}, now {after.date or 'none'}"
        return Edit(kind="redated", significance="cosmetic", reason=reason, flags=flags)
    if before.encoding != after.encoding:
        reason = f"the same text, in {after.encoding or 'unknown'} instead of {before.encoding or 'unknown'}"
    else:
        reason = "the same text in other bytes"
    return Edit(kind="encoding", significance="none", reason=reason, flags=flags)


def _headline(before: Text, after: Text, rules: RootRules) -> tuple[Flag, ...]:
    old, new = (
        None if each.title is None or boilerplate.matches(each.title, rules.boilerplate) else each.title
        for each in (before, after)
    )
    if old == new or (old and new and bare(old) == bare(new)):
        return ()
    return (Flag("headline", f"the headline was {show(old)}, now {show(new)}"),)
