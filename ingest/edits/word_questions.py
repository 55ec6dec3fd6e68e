"""What the rules of words ask of two versions, and what each saw."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.edits import extent
from ingest.edits.difference import show
from ingest.edits.pair import Pair
from ingest.edits.questions import Answer, first, has_no_equal, no, yes
from ingest.edits.rephrasing import Wording
from ingest.edits.replacements import Replacements

_MUCH = 2  # words that came, went or were put for others


def opposed_words(pair: Pair) -> Answer:
    """Ask whether a small word was put for one that says something else."""
    wording = pair.difference.wording
    if wording.carried & wording.opposed:
        return yes(wording.rephrased())
    return no("no small word was put for one that says something else")


def modal_verb(pair: Pair) -> Answer:
    """Ask whether a modal verb came where there was none, or went."""
    wording = pair.difference.wording
    if wording.carried & wording.modals:
        return yes(wording.rephrased())
    return no("no verb such as “may” or “must” came, went or was put for another")


def weighty_words(pair: Pair) -> Answer:
    """Ask whether a small word that weighs came or went."""
    wording = pair.difference.wording
    if wording.carried & pair.difference.lexicon.weighty:
        return yes(wording.rephrased())
    return no("no small word that weighs, such as “all” or “only”, came or went")


def extent_words(pair: Pair) -> Answer:
    """Ask whether a word or a run of words came or went that says how much, how many or how often."""
    all_of = pair.difference
    found = extent.changed(all_of.a, all_of.b, all_of.edited, all_of.wording.others(), all_of.lexicon)
    if found is None:
        return no(
            "nothing came or went that says how much, how many or how often, such as “partly” or “at most”"
        )
    gone, came = found
    if gone and came:
        return yes(f"{show(gone)} became {show(came)}: how much, how many or how often is another")
    told = f"{show(gone)} went" if gone else f"{show(came)} came"
    return yes(f"{told}: it says how much, how many or how often")


def words_of_language(pair: Pair) -> Answer:
    """Ask whether words came or went in a language of which no synonyms and opposites are known."""
    wording = pair.difference.wording
    if not wording.carried:
        return no("no words that carry meaning came or went")
    if wording.replacements is not None:
        return no("which words of this language are near to each other is known")
    of = f"of the language “{pair.language}”" if pair.language else "of a text whose language is not told"
    return yes(f"{wording.rephrased()}; {of} no synonyms are known")


def sureness(pair: Pair) -> Answer:
    """Ask whether a word for how sure or how true something is came, went, or was put for another."""
    wording = pair.difference.wording
    found = _replaced(pair).words & pair.difference.lexicon.sureness
    if found:
        return yes(f"{wording.replaced()}; {_quoted(found, wording)} says how sure or how true it is")
    return no("no word for how sure or how true something is came or went")


def opposites(pair: Pair) -> Answer:
    """Ask whether a word was put for its opposite."""
    found = _replaced(pair)
    return (
        yes(pair.difference.wording.replaced()) if found.opposites else no("no word was put for its opposite")
    )


def different_things(pair: Pair) -> Answer:
    """Ask whether the name of a thing was put for that of another."""
    found = _replaced(pair)
    if found.things:
        return yes(pair.difference.wording.replaced())
    return no("no thing that can be seen or touched became another")


def name_alone(pair: Pair) -> Answer:
    """Ask whether a name came or went."""
    wording = pair.difference.wording
    if wording.names:
        return yes(f"{wording.replaced()}; {_quoted(wording.names, wording)} is a name")
    return no("no name came or went")


def several_words(pair: Pair) -> Answer:
    """Ask whether two words or more came, went or were put for others."""
    found = _replaced(pair)
    if found.weight >= _MUCH:
        return yes(pair.difference.wording.replaced())
    return no(f"{found.weight} words that count came, went or were put for others: {_MUCH} would be much")


def unlike_words(pair: Pair) -> Answer:
    """Ask whether a word was put for one that nothing shows to be near."""
    found = _replaced(pair)
    if found.unlike:
        return yes(pair.difference.wording.replaced())
    if letters := _letters(pair):
        return yes(f"{show(letters[0])} became {show(letters[1])}: not known to mean the same")
    return no("no word was put for one that is not near to it")


def _letters(pair: Pair) -> tuple[str, str] | None:
    """Return the first capital letter within a sentence that was put for another: `plan A`, `plan B`."""
    for piece in pair.difference.edited:
        for each in piece.changes:
            old, new = each.before.strip(), each.after.strip()
            if len(old) == len(new) == 1 and old.isupper() and new.isupper() and each.a_start > piece.a_start:
                return old, new
    return None


def few_words(pair: Pair) -> Answer:
    """Ask whether any word that carries meaning came or went, or another form of it."""
    wording = pair.difference.wording
    phrases = [f"{show(old)} became {show(new)}: a phrase for it" for old, new in wording.phrases]
    if wording.carried:
        told = wording.replaced() or f"{wording.rephrased()}: forms, fillers and repeated words"
        return yes("; ".join((told, *phrases[:3])))
    if phrases:
        return yes(first(phrases, 3))
    return no("no words that carry meaning came or went")


def _replaced(pair: Pair) -> Replacements:
    return pair.difference.wording.replacements or Replacements()


def _quoted(words: Iterable[str], wording: Wording) -> str:
    return ", ".join(f"“{wording.written(word)}”" for word in sorted(words))


def exchanged_roles(pair: Pair) -> Answer:
    """Ask whether two that act took each other's place, or two words of two sentences."""
    order = pair.difference.order
    exchanged = order.exchanged() or order.exchanged_between()
    if exchanged is None:
        return no("no two that act took each other's place, nor two words of two sentences")
    one, other = map(pair.difference.wording.written, exchanged)
    return yes(f"{show(one)} and {show(other)} changed places")


def scope_word(pair: Pair) -> Answer:
    """Ask whether a `not` or an `only` is said of another word, or beyond a stop."""
    pointing = pair.difference.order.stands_elsewhere() or pair.difference.order.crossed()
    if pointing is None:
        return no("no “not” or “only” is said of another word")
    return yes(f"{show(pointing)} is said of another word")


def negation(pair: Pair) -> Answer:
    """Ask whether an edited sentence has a negation that had none, or has none any more."""
    found = pair.difference.order.turned()
    if found is None:
        return no("each edited sentence has a negation where it had one, and none where it had none")
    return yes(f"one of the two denies: {show(found[0])} became {show(found[1])}")


def small_words(pair: Pair) -> Answer:
    """Ask whether any word came or went."""
    wording = pair.difference.wording
    small = [wording.written(word) for word in sorted(set[str]().union(*wording.changed()))]
    if not small:
        return no("no word came or went")
    if pair.difference.unpaired is None:
        return no(f"each is another form of one word: {first(small, 5)}")
    return yes(f"only small words and word forms: {first(small, 5)}")


def no_equal(pair: Pair) -> Answer:
    """Ask whether a word, a sign or an address is paired with none that is equal."""
    found = pair.difference.unpaired
    if found is None:
        return no("each word and sign is paired, in order, with one that is equal")
    return yes(has_no_equal(found))


def same_words(pair: Pair) -> Answer:
    """Hold for whatever is left."""
    said = "the same words and values in the same order, written otherwise"
    found = pair.difference.wording.otherwise()
    shown = "; ".join(f"{show(was)} and {show(became)}" for was, became in found)
    return yes(f"{said}: {shown}" if found else said)
