"""What lies between two texts that differ by more than typography: its facts, words, notice and subject."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from ingest.diff.sentences import Comparison, Piece
from ingest.edits import notices, stamps
from ingest.edits.anchors import NO_DAYS, Days, with_part
from ingest.edits.edit import ChangedFact, Counts, Flag, Subject
from ingest.edits.paragraphs import moved_down
from ingest.edits.proof import Proof, Unpaired
from ingest.edits.rephrasing import MOST, Wording, cut
from ingest.edits.settings import Phrases
from ingest.edits.short_sentences import is_short
from ingest.edits.subject import subject_of
from ingest.edits.word_order import WordOrder
from ingest.facts import changed_facts, quotations
from ingest.facts.document_words import Context, context_within
from ingest.text.lexicons import lexicon_of
from ingest.text.plain import plain
from ingest.text.words import count, folded, without_blanks, words

_LOST = 0.3
_MOST_MOVED_DOWN = 20  # paragraphs that are told
_EDITED = frozenset({"edited", "moved", "split", "merged"})
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())
_ENDINGS = ("...", "[...]", "(...)")


def show(text: str | None) -> str:
    """Quote a text on one line, short enough to show; `none` for none."""
    return f"“{cut(text)}”" if text else "none"


def show_fact(fact: ChangedFact, becomes: str) -> str:
    """Say what a fact was and is, with the word between the two."""
    if fact.kind == "quotation" and fact.after is None:
        return f"quotation {show(fact.before)} lost its marks"
    if fact.kind == "quotation" and fact.before is None:
        return f"quotation {show(fact.after)} was not marked as one"
    return f"{fact.kind} {show(fact.before)} {becomes} {show(fact.after)}"


def bare(text: str) -> str:
    """Take out of a text what typography and white space are."""
    return without_blanks(folded(text))


def counts_of(comparison: Comparison) -> Counts:
    """Count the sentences and words of a comparison that are not kept."""
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
            removed += count(change.before)
            added += count(change.after)
    return Counts(
        sentences_added=numbers["added"],
        sentences_removed=numbers["removed"],
        sentences_edited=numbers["edited"],
        sentences_moved=numbers["moved"],
        words_added=added,
        words_removed=removed,
    )


class Difference:
    """What an edit that is more than typography holds.

    `beside` are facts that are not in the two texts; `lines` tells whether the end of a line says anything,
    `rows` whether that of a short one does.
    """

    def __init__(
        self,
        a: str,
        b: str,
        language: str | None,
        comparison: Comparison,
        phrases: Phrases,
        *,
        beside: tuple[ChangedFact, ...] = (),
        days: Days = NO_DAYS,
        lines: bool = True,
        rows: bool = True,
    ) -> None:
        self.a, self.b = a, b
        self._lines, self._rows = lines, rows
        self.language = language
        self.lexicon = lexicon_of(language)
        self.comparison = comparison
        self.edited = [piece for piece in comparison.pieces if piece.kind in _EDITED and piece.changes]
        self._days = days
        self.wording = Wording(a, b, self.edited, Context(language=language), language, days=days)
        self._phrases = phrases
        self._told: dict[str, str | None] = {}
        self.notice = self._notice()
        self.lost = _truncated(a, b)
        # What a cut left of a sentence says nothing of its facts.
        self.facts = (*(self._facts() if self.edited and not self.lost else ()), *beside)[:MOST]

    @property
    def order(self) -> WordOrder:
        """Return the order of the words in the edited sentences."""
        return WordOrder(self.a, self.b, self.edited, self.wording.context, self.lexicon, self.language)

    def _notice(self) -> tuple[str, str] | None:
        """Return the phrase and the sentence of the first notice that was not there before.

        A stamp that was put for one is none, wherever it stood.
        """
        stamped = False
        for piece in self.comparison.pieces:
            if piece.kind == "kept" or piece.b_start == piece.b_end:
                continue
            for old, new in self._sentences(piece):
                phrase = self._phrase_in(new)
                if phrase is not None and (
                    not (old and self._phrase_in(old)) or notices.says_more(old, new, self.lexicon)
                ):
                    if stamps.is_bare(new, self.language):
                        stamped = stamped or self._was_stamped()
                        if stamped:
                            continue
                    return phrase, cut(new)
        return None

    def _was_stamped(self) -> bool:
        """Tell whether a stamp of publication went or was edited."""
        return any(
            stamps.is_bare(self.a[sentence.text_start : sentence.text_end], self.language)
            for piece in self.comparison.pieces
            if piece.kind in ("removed", "edited", "merged", "split")
            for sentence in self.comparison.a_cut[slice(*piece.a_sentences)]
        )

    def _phrase_in(self, sentence: str) -> str | None:
        """Return the phrase that makes a sentence a notice, or None. Each sentence is read once."""
        if sentence not in self._told:
            self._told[sentence] = notices.find(sentence, self.language, self._phrases)
        return self._told[sentence]

    def _sentences(self, piece: Piece) -> Iterator[tuple[str, str]]:
        """Yield old and new text of a piece; an added run sentence by sentence, with nothing before it."""
        old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
        if piece.kind != "added":
            yield old, new
            return
        first, end = piece.b_sentences
        for number in range(first, end):
            sentence = self.comparison.b_cut[number]
            yield "", self.b[sentence.text_start : sentence.text_end]

    def _facts(self) -> tuple[ChangedFact, ...]:
        context = context_within(self._parts, self._edited_sentences, self.language)
        self.wording = Wording(self.a, self.b, self.edited, context, self.language, days=self._days)
        a_quotes, b_quotes = self._quotes
        found: list[ChangedFact] = []
        for piece in self.edited:
            old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
            if stamps.redates(self.a, self.b, piece, self.language) or self._phrase_in(new):
                continue
            if opened := stamps.filled_in(old.strip(), new.strip(), self.language):
                found.append(self._date(piece, *opened))
                continue
            anchored = self._anchored(piece)
            found += anchored
            found += (
                ChangedFact(
                    kind=fact.kind,
                    before=fact.before,
                    after=fact.after,
                    sentence=cut(new),
                    from_offset=piece.a_start + fact.a_offset,
                    to_offset=piece.b_start + fact.b_offset,
                )
                for fact in changed_facts.changed(
                    old.rstrip(),
                    new.rstrip(),
                    self.language,
                    within=context,
                    quotes=(
                        _inside(a_quotes, piece.a_start, piece.a_start + len(old.rstrip())),
                        _inside(b_quotes, piece.b_start, piece.b_start + len(new.rstrip())),
                    ),
                )
                if fact.kind != "date"
                or not (anchored or self.wording.same_day(fact.before or "", fact.after or ""))
            )
            if len(found) >= MOST:
                break
        return tuple(found[:MOST])

    def _parts(self) -> tuple[str, str, str]:
        """Return what of the old text and of the new one is not in the other, and what both have."""
        pieces = self.comparison.pieces
        kept = [piece for piece in pieces if piece.kind == "kept"]
        others = [piece for piece in pieces if piece.kind != "kept"]
        return (
            "\n".join(self.a[piece.a_start : piece.a_end] for piece in others),
            "\n".join(self.b[piece.b_start : piece.b_end] for piece in others),
            "\n".join(self.a[piece.a_start : piece.a_end] for piece in kept),
        )

    def _edited_sentences(self) -> Iterator[str]:
        """Yield the edited sentences, old and new."""
        for piece in self.edited:
            yield self.a[piece.a_start : piece.a_end]
            yield self.b[piece.b_start : piece.b_end]

    def _anchored(self, piece: Piece) -> list[ChangedFact]:
        """Return the days told otherwise, one of them as seen from the text, that are not the same."""
        sentence = cut(self.b[piece.b_start : piece.b_end])
        found: list[ChangedFact] = []
        for change in piece.changes:
            old = with_part(self.a, change.a_start, change.a_end, self.lexicon)
            new = with_part(self.b, change.b_start, change.b_end, self.lexicon)
            if self.wording.same_day(old, new) is False:
                found.append(
                    ChangedFact(
                        kind="date",
                        before=old.strip(),
                        after=new.strip(),
                        sentence=sentence,
                        from_offset=change.a_start,
                        to_offset=change.b_start,
                    )
                )
        return found

    def _date(self, piece: Piece, before: str, after: str) -> ChangedFact:
        """Return a date that a placeholder stood for, or was put for, as a fact."""
        old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
        return ChangedFact(
            kind="date",
            before=before,
            after=after,
            sentence=cut(new),
            from_offset=piece.a_start + max(0, old.find(before)),
            to_offset=piece.b_start + max(0, new.find(after)),
        )

    @cached_property
    def _quotes(self) -> tuple[Sequence[tuple[int, int]], Sequence[tuple[int, int]]]:
        """Tell where the two texts quote."""
        return quotations.find(self.a), quotations.find(self.b)

    def requoted(self) -> tuple[str, str] | None:
        """Return the first words within quotation marks that changed; None where only slips of the hand did.

        Edited sentences are looked at. Those that came or went whole are too, unless they are long enough to
        be told by themselves.
        """
        old, new = self._quotes
        if not old and not new:
            return None
        for piece in self.comparison.pieces:
            if piece.kind not in _EDITED and (piece.kind == "kept" or self.tells()):
                continue
            for change in piece.changes:
                inside = _inside(old, change.a_start, change.a_end) or _inside(
                    new, change.b_start, change.b_end
                )
                if inside and self.wording.says_otherwise(change):
                    return change.before, change.after
        return None

    def flags(self) -> tuple[Flag, ...]:
        """Return the flags that the text itself raises."""
        moved = (
            Flag(
                "moved-down",
                f"paragraph {each.start} is now {each.to} of {each.of}: {show(each.text)}",
                each.start,
                each.to,
                each.of,
            )
            for each in moved_down(self.a, self.b, self.comparison)[:_MOST_MOVED_DOWN]
        )
        if self.notice is None:
            return tuple(moved)
        phrase, sentence = self.notice
        return (*moved, Flag("notice", f"new, with “{phrase}”: {sentence}"))

    def subject(self, counts: Counts, *, headline: bool) -> Subject:
        """Return the gravest thing that the edit is about, where it is substantive."""
        return subject_of(
            counts=counts,
            facts={fact.kind for fact in self.facts},
            words=frozenset[str]().union(*self.wording.changed()),
            elsewhere=self.order.stands_elsewhere() is not None,
            quotation_gone=self._lost_quotation(),
            headline=headline,
            lexicon=self.lexicon,
        )

    def _lost_quotation(self) -> bool:
        gone = (piece for piece in self.comparison.pieces if piece.kind == "removed")
        return any(quotations.find(self.a[piece.a_start : piece.a_end]) for piece in gone)

    @cached_property
    def unpaired(self) -> Unpaired | None:
        """Return the first token that is paired with none that is equal.

        None where the two texts say the same.
        """
        proof = Proof(
            self.a, self.b, self.wording, self.lexicon, self.language, lines=self._lines, rows=self._rows
        )
        return proof.unpaired(self.comparison)

    def replaced(self) -> tuple[str, str] | None:
        """Return the first short sentence and one put for it that has none of its words."""
        for piece in self.comparison.pieces:
            if piece.kind != "edited":
                continue
            old, new = self.a[piece.a_start : piece.a_end], self.b[piece.b_start : piece.b_end]
            if is_short(old) and is_short(new):
                was, became = ({folded(word) for word in words(text)} for text in (old, new))
                if was and became and not was & became:
                    return old, new
        return None

    def survival(self) -> tuple[float, float]:
        """Return which share of the old sentences is still there, and which of the new ones was."""
        old = new = 0
        for piece in self.comparison.pieces:
            if piece.kind not in ("added", "removed"):
                old += piece.a_sentences[1] - piece.a_sentences[0]
                new += piece.b_sentences[1] - piece.b_sentences[0]
        return (
            old / max(1, self.comparison.a_sentences),
            new / max(1, self.comparison.b_sentences),
        )

    def redated(self) -> tuple[str, str] | None:
        """Return the first line, before and after, if only lines that tell of publication were edited."""
        others = [piece for piece in self.comparison.pieces if piece.kind != "kept"]
        if not others or not all(stamps.redates(self.a, self.b, each, self.language) for each in others):
            return None
        first = others[0]
        return self.a[first.a_start : first.a_end], self.b[first.b_start : first.b_end]

    def tells(self) -> bool:
        """Tell whether a sentence that came or went has three words or more."""
        for piece in self.comparison.pieces:
            if piece.kind in ("added", "removed"):
                text, sentences, (first, end) = (
                    (self.b, self.comparison.b_cut, piece.b_sentences)
                    if piece.kind == "added"
                    else (self.a, self.comparison.a_cut, piece.a_sentences)
                )
                for each in sentences[first:end]:
                    if len(words(text[each.text_start : min(each.text_end, each.text_start + 400)])) > 2:
                        return True
        return False


def skeleton(text: str) -> bytes:
    """Return the letters and digits of ASCII alone: where these differ, folding the rest is not needed."""
    return plain(text).lower().encode("ascii", "ignore").translate(None, _NO_LETTERS)


def _truncated(a: str, b: str) -> int:
    """Return the percentage of the folded text that was cut off at the end, or 0."""
    if len(b) > (1 - _LOST / 2) * len(a):  # white space and folding aside
        return 0
    old, new = bare(a), bare(b)
    for ending in _ENDINGS:
        new = new.removesuffix(ending)
    gone = len(old) - len(new)
    return gone * 100 // len(old) if gone >= _LOST * len(old) and old.startswith(new) else 0


def _inside(ranges: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of ordered ranges that lie between two offsets, counted from the first."""
    first = bisect_right(ranges, start, key=lambda each: each[1])
    found: list[tuple[int, int]] = []
    for each in ranges[first:]:
        if each[0] >= end:
            break
        found.append((max(each[0], start) - start, min(each[1], end) - start))
    return found
