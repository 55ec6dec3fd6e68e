"""What kind of edit lies between two texts, whether it matters, which facts it changed, and how openly.

The class is the first that holds:

* `wording`, when the texts are equal and the headline, which stands outside them, is another.
* `encoding`: the texts are equal, and so is the date; only bytes changed, such as the encoding.
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

Significance is `none` for `encoding`; `cosmetic` for `redated` (the class itself tells who minds a date),
`whitespace`, `typography` and `spelling`; `substantive` for `truncation`, `rewrite` and `factual`. An
`update` is substantive when a sentence of three words or more came or went. `wording` is substantive
when a word came or went that is not among `words.LIGHT`, when small words were put for each other that say
something else (`words.OPPOSED`, and the first of `words.MODALS`), when two that act took each other's place
(`roles`: `the company sued the city`, `we may sue you`), or when a `not` or an `only` is said of another
word. It is cosmetic when the same words and values, inflected, spelt or written otherwise at most
(`renderings`: abbreviations, contractions, small words that say the same), were only ordered, cut or joined
otherwise. A `revert` has that of its difference to the last text.

Flags: `headline`, the titles differ by more than typography; `notice`, a new or edited sentence says
that the article was corrected or updated, and did not before or says more now; `silent`, the edit is
substantive, and this version brings no notice of it. An older notice excuses nothing, nor does a later one.
Each substantive edit is silent or open, and has a subject: see `subject`.

The reason of every class says where the date in the header is another one too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from ingest.compare import facts, notices, quotes, slots
from ingest.compare.align import Comparison, Piece, compare
from ingest.compare.context import Context, context_of
from ingest.compare.edit import ChangedFact, Class, Counts, Edit, Flag, Significance, Subject, Text
from ingest.compare.subject import subject_of
from ingest.compare.wording import MOST, Wording, cut
from ingest.compare.words import folded, without_blanks, words

_LOST = 0.3
_HEAD = 3  # sentences, among which a date alone is that of the text
_EDITED = frozenset({"edited", "moved", "split", "merged"})
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_ENDINGS = ("...", "[...]", "(...)")


def classify(
    before: Text,
    after: Text,
    *,
    earlier: Sequence[tuple[int, bytes]] = (),
    phrases: notices.Phrases = notices.NONE,
    comparison: Comparison | None = None,
) -> Edit:
    """The edit from one text to the next of a document.

    `earlier` are the numbers and text hashes of versions before `before`. `phrases` make a notice
    beside the known ones. `comparison` saves comparing the texts again.
    """
    edit = _told(_classified(before, after, earlier, phrases, comparison))
    if before.date == after.date or (edit.kind == "redated" and before.text == after.text):
        return edit  # its reason says so
    dates = f"the date was {before.date or 'none'}, now {after.date or 'none'}"
    return msgspec.structs.replace(edit, reason=f"{edit.reason}; {dates}")


def _classified(
    before: Text,
    after: Text,
    earlier: Sequence[tuple[int, bytes]],
    phrases: notices.Phrases,
    comparison: Comparison | None,
) -> Edit:
    flags = _headline(before, after)
    if before.text == after.text:
        return _same_text(before, after, flags)
    if without_blanks(before.text) == without_blanks(after.text):
        return Edit(
            kind="whitespace", significance="cosmetic", reason="only white space differs", flags=flags
        )
    language = after.language or before.language
    made = comparison or compare(before.text, after.text, language=language)
    counts = _counts(made)
    if _skeleton(before.text) == _skeleton(after.text) and _bare(before.text) == _bare(after.text):
        reason = "equal but for quotes, dashes, ellipses, capitals and white space"
        return Edit(kind="typography", significance="cosmetic", reason=reason, counts=counts, flags=flags)
    found = _Found(before.text, after.text, language, made, phrases)
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
        told = _shown_fact(edit.facts[0], "is now") if edit.facts else edit.reason
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


def _headline(before: Text, after: Text) -> tuple[Flag, ...]:
    old, new = before.title, after.title
    if old == new or (old and new and _bare(old) == _bare(new)):
        return ()
    return (Flag("headline", f"the headline was {_shown(old)}, now {_shown(new)}"),)


def _shown(text: str | None) -> str:
    return f"“{cut(text)}”" if text else "none"


def _shown_fact(fact: ChangedFact, becomes: str) -> str:
    if fact.kind == "quotation" and fact.after is None:
        return f"quotation {_shown(fact.before)} lost its marks"
    if fact.kind == "quotation" and fact.before is None:
        return f"quotation {_shown(fact.after)} was not marked as one"
    return f"{fact.kind} {_shown(fact.before)} {becomes} {_shown(fact.after)}"


def _bare(text: str) -> str:
    return without_blanks(folded(text))


def _counts(comparison: Comparison) -> Counts:
    numbers: Counter[str] = Counter()
    added = removed = 0
    for piece in comparison.pieces:
        old, new = (end - first for first, end in (piece.a_sentences, piece.b_sentences))
        if piece.kind == "added":
            numbers["added"] += new
        elif piece.kind == "removed":
            numbers["removed"] += old
        elif piece.kind == "moved":
            numbers["moved"] += 1
        elif piece.kind != "kept":
            numbers["edited"] += 1
        for change in piece.changes:
            removed += len(words(change.before))
            added += len(words(change.after))
    return Counts(
        sentences_added=numbers["added"],
        sentences_removed=numbers["removed"],
        sentences_edited=numbers["edited"],
        sentences_moved=numbers["moved"],
        words_added=added,
        words_removed=removed,
    )


class _Found:
    """What an edit that is more than typography holds."""

    def __init__(
        self, a: str, b: str, language: str | None, comparison: Comparison, phrases: notices.Phrases
    ) -> None:
        self.a, self.b = a, b
        self.language = language
        self.comparison = comparison
        self.edited = [piece for piece in comparison.pieces if piece.kind in _EDITED and piece.changes]
        self.wording = Wording(a, b, self.edited, Context(), language)
        self._phrases = phrases
        self._told: dict[str, str | None] = {}
        self.notice = self._notice()
        self.lost = _truncated(a, b)
        # What a cut left of a sentence says nothing of its facts.
        self.facts = self._facts() if self.edited and not self.lost else ()

    def _notice(self) -> tuple[str, str] | None:
        """The phrase and the sentence of the first notice that was not there before."""
        for piece in self.comparison.pieces:
            if piece.kind == "kept" or piece.b_start == piece.b_end:
                continue
            for old, new in self._sentences(piece):
                phrase = self._phrase_in(new)
                if phrase is not None and (not (old and self._phrase_in(old)) or notices.says_more(old, new)):
                    return phrase, cut(new)
        return None

    def _phrase_in(self, sentence: str) -> str | None:
        """What makes a sentence a notice; looked for once."""
        if sentence not in self._told:
            self._told[sentence] = notices.find(sentence, self.language, self._phrases)
        return self._told[sentence]

    def _sentences(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Old and new text of a piece; an added run sentence by sentence, with nothing before it."""
        old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
        if piece.kind != "added":
            yield old, new
            return
        first, end = piece.b_sentences
        for number in range(first, end):
            sentence = self.comparison.b_cut[number]
            yield "", self.b[sentence.text_start : sentence.text_end]

    def _facts(self) -> tuple[ChangedFact, ...]:
        kept = [piece for piece in self.comparison.pieces if piece.kind == "kept"]
        others = [piece for piece in self.comparison.pieces if piece.kind != "kept"]
        context = context_of(
            "\n".join(self.a[piece.a_start : piece.a_end] for piece in others),
            "\n".join(self.b[piece.b_start : piece.b_end] for piece in others),
            self.language,
            both="\n".join(self.a[piece.a_start : piece.a_end] for piece in kept),
        )
        self.wording = Wording(self.a, self.b, self.edited, context, self.language)
        a_quotes, b_quotes = quotes.find(self.a), quotes.find(self.b)
        found: list[ChangedFact] = []
        for piece in self.edited:
            old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
            if self._is_dateline(piece) or self._phrase_in(new):
                continue
            found += (
                ChangedFact(
                    kind=fact.kind,
                    before=fact.before,
                    after=fact.after,
                    sentence=cut(new),
                    from_offset=piece.a_start + fact.a_offset,
                    to_offset=piece.b_start + fact.b_offset,
                )
                for fact in facts.changed(
                    old.rstrip(),
                    new.rstrip(),
                    self.language,
                    within=context,
                    before_quotes=_inside(a_quotes, piece.a_start, piece.a_start + len(old.rstrip())),
                    after_quotes=_inside(b_quotes, piece.b_start, piece.b_start + len(new.rstrip())),
                )
            )
            if len(found) >= MOST:
                break
        return tuple(found[:MOST])

    def flags(self) -> tuple[Flag, ...]:
        """The flags that the text itself raises."""
        if self.notice is None:
            return ()
        phrase, sentence = self.notice
        return (Flag("notice", f"new, with “{phrase}”: {sentence}"),)

    def subject(self, kind: Class, counts: Counts, *, headline: bool) -> Subject:
        """The gravest thing that the edit is about, where it is substantive."""
        return subject_of(
            kind=kind,
            counts=counts,
            facts={fact.kind for fact in self.facts},
            words=frozenset[str]().union(*self.wording.changed()),
            elsewhere=self.wording.stands_elsewhere() is not None,
            quotation_gone=self._lost_quotation(),
            headline=headline,
        )

    def _lost_quotation(self) -> bool:
        gone = (piece for piece in self.comparison.pieces if piece.kind == "removed")
        return any(quotes.find(self.a[piece.a_start : piece.a_end]) for piece in gone)

    def kind(self, counts: Counts) -> tuple[Class, Significance, str]:
        """The class without `revert`, its significance, and the reason."""
        if self.lost:
            return "truncation", "substantive", f"the end is gone, {self.lost} % of the text"
        if not without_blanks(self.a):
            return "update", "substantive", "there was no text before"
        if self._only_dated():
            return "redated", "cosmetic", f"only what says when it was published differs: {self._dated()}"
        survived, came = self._survival()
        if survived < 0.5 and came < 0.5:
            reason = f"{survived:.0%} of the old sentences are still there, {came:.0%} of the new ones were"
            return "rewrite", "substantive", reason
        if self.facts:
            named = ", ".join(_shown_fact(fact, "to") for fact in self.facts[:3])
            return "factual", "substantive", named
        if not (counts.sentences_added or counts.sentences_removed or counts.sentences_moved):
            slips = self.wording.slips()
            if slips is not None:
                return "spelling", "cosmetic", f"only spelling or punctuation: {', '.join(slips[:3])}"
        if counts.sentences_added or counts.sentences_removed:
            sentences = "sentence" if counts.sentences_added == 1 else "sentences"
            reason = f"{counts.sentences_added} {sentences} added, {counts.sentences_removed} removed"
            carried = self.wording.carried()
            if carried:
                reason += f"; rephrased: {', '.join(sorted(carried)[:5])}"
            return "update", "substantive" if carried or self._tells() else "cosmetic", reason
        carried = self.wording.carried()
        if carried:
            return "wording", "substantive", f"rephrased: {', '.join(sorted(carried)[:5])}"
        exchanged = self.wording.exchanged()
        if exchanged is not None:
            return (
                "wording",
                "substantive",
                f"{_shown(exchanged[0])} and {_shown(exchanged[1])} changed places",
            )
        if pointing := self.wording.stands_elsewhere():
            return "wording", "substantive", f"{_shown(pointing)} is said of another word"
        if small := sorted(set().union(*self.wording.changed())):
            return "wording", "cosmetic", f"only small words and word forms: {', '.join(small[:5])}"
        return "wording", "cosmetic", "the same words and values, ordered, cut, joined or written otherwise"

    def _survival(self) -> tuple[float, float]:
        """The shares of the old sentences that are still there, and of the new ones that were there."""
        old = new = 0
        for piece in self.comparison.pieces:
            if piece.kind not in ("added", "removed"):
                old += piece.a_sentences[1] - piece.a_sentences[0]
                new += piece.b_sentences[1] - piece.b_sentences[0]
        return (
            old / max(1, self.comparison.a_sentences),
            new / max(1, self.comparison.b_sentences),
        )

    def _only_dated(self) -> bool:
        """Whether the edit is of lines alone that say when the text was published."""
        others = [piece for piece in self.comparison.pieces if piece.kind != "kept"]
        return bool(others) and all(piece.kind == "edited" and self._is_dateline(piece) for piece in others)

    def _dated(self) -> str:
        first = next(piece for piece in self.comparison.pieces if piece.kind != "kept")
        old, new = self.a[first.a_start : first.a_end], self.b[first.b_start : first.b_end]
        return f"{_shown(old)}, now {_shown(new)}"

    def _is_dateline(self, piece: Piece) -> bool:
        """Whether an edited sentence only says when the text was published, before and after."""
        old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
        if notices.is_stamp(new):
            return notices.is_stamp(old)
        return piece.a_sentences[0] < _HEAD and all(
            slots.is_dateline(text, self.language) for text in (old, new)
        )

    def _tells(self) -> bool:
        """Whether a sentence that came or went has three words or more."""
        for piece in self.comparison.pieces:
            if piece.kind in ("added", "removed"):
                text, cut = (
                    (self.b, self.comparison.b_cut)
                    if piece.kind == "added"
                    else (self.a, self.comparison.a_cut)
                )
                first, end = piece.b_sentences if piece.kind == "added" else piece.a_sentences
                for each in cut[first:end]:
                    if len(words(text[each.text_start : min(each.text_end, each.text_start + 400)])) > 2:
                        return True
        return False


def _skeleton(text: str) -> bytes:
    """The letters and digits of ASCII alone: where these differ, folding the rest is not needed."""
    return text.lower().encode("ascii", "ignore").translate(None, _NO_LETTERS)


def _truncated(a: str, b: str) -> int:
    """The percentage of the folded text that was cut off at the end, or 0."""
    if len(b) > (1 - _LOST / 2) * len(a):  # white space and folding aside
        return 0
    old, new = _bare(a), _bare(b)
    for ending in _ENDINGS:
        new = new.removesuffix(ending)
    gone = len(old) - len(new)
    return gone * 100 // len(old) if gone >= _LOST * len(old) and old.startswith(new) else 0


def _inside(ranges: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of ordered ranges that lie between two offsets, counted from the first."""
    first = bisect_right(ranges, start, key=lambda each: each[1])
    found: list[tuple[int, int]] = []
    for each in ranges[first:]:
        if each[0] >= end:
            break
        found.append((max(each[0], start) - start, min(each[1], end) - start))
    return found
