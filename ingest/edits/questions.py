"""What each rule asks of two versions: whether it holds, and what it saw.

A question is a pure function of the pair. Of the pair only what is asked for is made.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from ingest.edits.annotations import Weight
from ingest.edits.difference import bare, show, show_fact, skeleton
from ingest.edits.pair import Pair
from ingest.edits.proof import Unpaired
from ingest.edits.speech import Difference
from ingest.text.words import count, is_blank, words

_PARTS = ("html-article/", "html-selected/")  # ways that leave out a part of a page
_SHOWN = 3  # places
_FEW = 0.5  # of the sentences: where fewer of both texts are in the other, it is another text


class Answer(msgspec.Struct, frozen=True):
    """Whether a rule holds, and what it saw: where it holds, the reason of the edit."""

    holds: bool
    saw: str


def yes(reason: str) -> Answer:
    """Answer that a rule holds, and why."""
    return Answer(holds=True, saw=reason)


def no(saw: str) -> Answer:
    """Answer that a rule does not hold, and what there was instead."""
    return Answer(holds=False, saw=saw)


# -- versions --------------------------------------------------------------------------------------


def boilerplate_alone(pair: Pair) -> Answer:
    """Ask whether nothing but boilerplate differs."""
    if not pair.rules.boilerplate:
        return no("the root's settings name no boilerplate")
    if pair.boilerplate is None:
        return no("no boilerplate differs, or more than that")
    gone, came = pair.boilerplate
    if pair.before.date != pair.after.date or pair.headline is not None:
        return no("the date or the headline is another one too")
    return yes(f"only boilerplate differs: {show(gone)}, now {show(came)}")


def headline_alone(pair: Pair) -> Answer:
    """Ask whether the headline is another, outside texts that say the same."""
    if not pair.same_speech:
        return no("the texts differ")
    if pair.headline is None:
        return no("the headline is the same, or there is none outside the text")
    if pair.same_text or [each.nature for each in pair.markup] == ["title"]:
        return yes("only the headline differs")
    return yes("the headline differs, and markup beside it")


def header_date(pair: Pair) -> Answer:
    """Ask whether the date in the header alone is another."""
    if not pair.same_text:
        return no("the texts differ")
    before, after = pair.before, pair.after
    if before.date == after.date:
        return no(f"the date is {_date(before.date)}, as before")
    only = "only the date differs" if before.encoding == after.encoding else "only date and encoding differ"
    return yes(f"{only}: {_date(before.date)}, now {_date(after.date)}")


def annotations_that_speak(pair: Pair) -> Answer:
    """Ask whether comments, tracked changes, hidden text or attachments alone are others."""
    return _annotations(pair, "reworded", "no comment, tracked change, hidden text or attachment is another")


def cue_times(pair: Pair) -> Answer:
    """Ask whether times at which text is shown are others, and nothing that speaks."""
    return _annotations(pair, "cosmetic", "no time of a cue is another")


def other_annotations(pair: Pair) -> Answer:
    """Ask whether anything beside the texts is another."""
    return _annotations(pair, "none", "what stands beside the texts is the same")


def _annotations(pair: Pair, weight: Weight, otherwise: str) -> Answer:
    if not pair.same_text:
        return no("the texts differ")
    if not any(told.weight == weight for told in pair.beside):
        return no(otherwise)
    return yes("; ".join(told.words for told in pair.beside))


def outside_article(pair: Pair) -> Answer:
    """Ask whether a page differs only in what is not read of it."""
    if not pair.same_text:
        return no("the texts differ")
    for side in (pair.before, pair.after):
        if side.normaliser is None or not side.normaliser.startswith(_PARTS):
            return no("all of the document is read")
    return yes("what is read of the page is the same; what differs lies outside, or in its mark-up")


def text_encoding(pair: Pair) -> Answer:
    """Ask whether the same text is in another encoding."""
    if not pair.same_text:
        return no("the texts differ")
    old, new = pair.before.encoding, pair.after.encoding
    if old == new:
        return no(f"the encoding is {new or 'unknown'}, as before")
    return yes(f"the same text, in {new or 'unknown'} instead of {old or 'unknown'}")


def equal_text(pair: Pair) -> Answer:
    """Ask whether the texts are equal."""
    return yes("the same text in other bytes") if pair.same_text else no("the texts differ")


def white_space(pair: Pair) -> Answer:
    """Ask whether white space alone differs."""
    if not pair.same_but_for_blanks:
        return no("more than white space differs")
    if pair.markup:
        return no(markup_of(pair.markup))
    if pair.difference.unpaired is not None:
        return no("words were joined or parted")
    return yes("only white space differs")


def typographic_marks(pair: Pair) -> Answer:
    """Ask whether nothing differs but marks and capitals."""
    if pair.markup:
        return no(markup_of(pair.markup))
    if pair.same_speech:
        if pair.difference.unpaired is not None:
            return no(has_no_equal(pair.difference.unpaired))
        return yes("equal but for marks that dress the words, such as emphasis, and white space")
    old, new = pair.apart
    if skeleton(old) != skeleton(new) or bare(old) != bare(new):
        return no("letters, digits or other marks differ")
    if pair.difference.unpaired is not None:
        return no(has_no_equal(pair.difference.unpaired))
    if _letters(old) == _letters(new):
        return yes("equal but for quotes, dashes, ellipses, capitals and white space")
    said = "equal but for typography, and for letters, digits or signs that are the same, written otherwise"
    was, became = (words(text) for text in (old, new))
    pairs = zip(was, became, strict=True) if len(was) == len(became) else ()
    places = (f"{show(a)} and {show(b)}" for a, b in pairs if _letters(a) != _letters(b))
    shown = "; ".join(islice(places, _SHOWN))
    return yes(f"{said}: {shown}" if shown else said)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def dates_in_markup(pair: Pair) -> Answer:
    """Ask whether nothing differs but dates of publication in fields and attributes."""
    return _only(pair, "date", "date of publication in fields or attributes")


def times_of_cues(pair: Pair) -> Answer:
    """Ask whether nothing differs but the times of subtitles."""
    return _only(pair, "time", "time of a cue")


def _only(pair: Pair, nature: str, named: str) -> Answer:
    if not pair.same_speech:
        return no("the texts differ")
    if not any(each.nature == nature for each in pair.markup):
        return no(f"no {named} differs")
    if any(each.nature != nature for each in pair.markup):
        return no(f"more differs: {markup_of(each for each in pair.markup if each.nature != nature)}")
    return yes(markup_of(pair.markup))


def changed_markup(pair: Pair) -> Answer:
    """Ask whether markup is another that says something: an address, an attribute, a number of order."""
    found = [each for each in pair.markup if each.nature not in ("date", "time")]
    if not found:
        return no("no markup differs that leads elsewhere or says something else")
    return yes(markup_of(found))


def earlier_text(pair: Pair) -> Answer:
    """Ask whether an earlier version than the last had this text."""
    if pair.revert_of is None:
        return no("no earlier version is known to have had this text")
    return yes(f"the text is that of version {pair.revert_of} again")


# -- the text as a whole ---------------------------------------------------------------------------


def lost_end(pair: Pair) -> Answer:
    """Ask whether the text was cut off."""
    lost = pair.difference.lost
    if lost:
        return yes(f"the end is gone, {lost} % of the text")
    return no("the text is not the beginning of the one before, or little of it is gone")


def first_text(pair: Pair) -> Answer:
    """Ask whether there was no text before."""
    if not is_blank(pair.before.text) or is_blank(pair.after.text):
        return no("there was text before, or there is none now")
    if pair.before.unread is not None:
        came = count(pair.after.text)
        told = "1 word" if came == 1 else f"{came:,} words"
        return yes(f"{told} came; there was no text before: {pair.before.unread}")
    return yes("there was no text before")


def publication_line(pair: Pair) -> Answer:
    """Ask whether only lines were edited that say when the text was published."""
    if any(each.nature != "date" for each in pair.markup):
        return no(markup_of(pair.markup))
    dated = pair.difference.redated()
    if dated is None:
        return no("more differs than lines that say when the text was published")
    old, new = dated
    return yes(f"only what says when it was published differs: {show(old)}, now {show(new)}")


def few_kept_sentences(pair: Pair) -> Answer:
    """Ask whether most sentences of both texts are not in the other."""
    if pair.same_run:
        return no("the same words stand in both")
    survived, came = pair.difference.survival()
    reason = f"{survived:.0%} of the old sentences are still there, {came:.0%} of the new ones were"
    return Answer(survived < _FEW and came < _FEW, reason)


def changed_fact(pair: Pair) -> Answer:
    """Ask whether a fact changed."""
    if not pair.difference.facts:
        return no("no fact has another value in its place")
    named = dict.fromkeys(show_fact(fact, "to") for fact in pair.difference.facts)
    return yes(first(named, 3))


def misspelling(pair: Pair) -> Answer:
    """Ask whether slips of the hand and punctuation are all that changed."""
    counts = pair.counts
    if counts.sentences_added or counts.sentences_removed or counts.sentences_moved:
        return no("a sentence came, went or moved")
    if any(each.nature not in ("date", "time") for each in pair.markup):
        return no(markup_of(pair.markup))
    slips = None if pair.same_speech else pair.difference.wording.slips()
    if slips is None:
        return no("more than slips of the hand and punctuation differs")
    if pair.difference.unpaired is not None:
        return no(has_no_equal(pair.difference.unpaired))
    return yes(f"only spelling or punctuation: {first(slips, 3)}")


def short_sentence_replaced(pair: Pair) -> Answer:
    """Ask whether a short sentence was put for another."""
    found = pair.difference.replaced()
    if found is None:
        return no("no sentence of three words or fewer was put for another")
    return yes(f"{show(found[0])} became {show(found[1])}")


def quoted_words(pair: Pair) -> Answer:
    """Ask whether words changed between quotation marks."""
    found = pair.difference.requoted()
    if found is None:
        return no("no words changed between quotation marks, or only slips of the hand did")
    return yes(f"between quotation marks: {show(found[0])} became {show(found[1])}")


# -- sentences that came or went -------------------------------------------------------------------


def sentences_cut_anew(pair: Pair) -> Answer:
    """Ask whether no word came or went where a sentence did: only where one ends is another."""
    if not _is_update(pair):
        return no("no sentence came or went")
    if not pair.same_run:
        return no("words came or went with the sentences")
    return yes("the same words in the same order; only where sentences begin and end differs")


def whole_sentence(pair: Pair) -> Answer:
    """Ask whether a sentence of three words or more came or went."""
    if not _is_update(pair):
        return no("no sentence came or went")
    if not pair.difference.tells():
        return no("the sentences that came or went have fewer than three words")
    return yes(_updated(pair))


def content_words_beside_sentence(pair: Pair) -> Answer:
    """Ask whether words that carry meaning changed beside a sentence that came or went."""
    if not _is_update(pair):
        return no("no sentence came or went")
    if not pair.difference.wording.carried:
        return no("no words that carry meaning came or went in the edited sentences")
    return yes(_updated(pair))


def short_sentence(pair: Pair) -> Answer:
    """Ask whether any sentence came or went."""
    return yes(_updated(pair)) if _is_update(pair) else no("no sentence came or went")


def _is_update(pair: Pair) -> bool:
    return bool(pair.counts.sentences_added or pair.counts.sentences_removed)


def _updated(pair: Pair) -> str:
    added, removed = pair.counts.sentences_added, pair.counts.sentences_removed
    told = f"{added} {'sentence' if added == 1 else 'sentences'} added, {removed} removed"
    wording = pair.difference.wording
    return f"{told}; {wording.rephrased()}" if wording.carried else told


def markup_of(found: Iterable[Difference]) -> str:
    """Say what of the markup was another, the first three."""
    return "; ".join(map(_markup, islice(found, _SHOWN)))


def _markup(each: Difference) -> str:
    if each.before == each.after:
        return f"{show(each.after)} stands elsewhere"
    return f"{each.what} was {show(each.before)}, now {show(each.after)}"


def has_no_equal(found: Unpaired) -> str:
    """Return in words what came, went, or stands elsewhere."""
    if found.is_order:
        return f"{show(found.after or found.before)} stands elsewhere"
    if not found.before:
        return f"{show(found.after)} came"
    if not found.after:
        return f"{show(found.before)} went"
    return f"{show(found.before)} became {show(found.after)}: not known to be the same"


def first(told: Iterable[str], most: int) -> str:
    """Return the first `most` of some phrases, parted by commas."""
    return ", ".join(islice(told, most))


def _date(date: str | None) -> str:
    return date or "none"
