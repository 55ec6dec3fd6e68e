"""The rules that tell edits, in order: the class and significance that each gives, and when it holds.

The first rule that holds decides. One whose significance is None leaves that to the next that holds. The last
one always holds. `questions` has what each asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from ingest.edits import damage, questions, word_questions
from ingest.edits.pair import Pair
from ingest.edits.rule import Rule, RuleAnswer


def ask(pair: Pair) -> Iterator[RuleAnswer]:
    """Yield each rule that is asked about two versions, up to the one that gives the significance."""
    for rule in RULES:
        answer = rule.asks(pair)
        yield RuleAnswer(rule, answer)
        if answer.holds and rule.significance is not None:
            return


RULES: tuple[Rule, ...] = (
    Rule(
        name="unreadable",
        kind="damaged",
        significance="substantive",
        evidence="versions",
        subject="damage",
        when="the version before had a text, and no text can be made of this one's bytes",
        asks=damage.unreadable,
    ),
    Rule(
        name="lost-characters",
        kind="damaged",
        significance="substantive",
        evidence="versions",
        subject="damage",
        when="places of the text cannot be read that could be, and what can be read stood in the version"
        " before, in this order",
        asks=damage.lost_characters,
    ),
    Rule(
        name="boilerplate-alone",
        kind="boilerplate",
        significance="none",
        evidence="versions",
        when="lines or sentences differ that the root's settings call boilerplate, the blank lines where they"
        " stood, and nothing else",
        asks=questions.boilerplate_alone,
    ),
    Rule(
        name="headline-alone",
        kind="wording",
        significance="substantive",
        evidence="versions",
        subject="headline",
        when="the texts say the same, and the headline outside them is another by more than typography",
        asks=questions.headline_alone,
    ),
    Rule(
        name="header-date",
        kind="redated",
        significance="cosmetic",
        evidence="versions",
        when="the texts are equal, and the date in the header is another",
        asks=questions.header_date,
    ),
    Rule(
        name="annotations-that-speak",
        kind="annotation",
        significance="reworded",
        evidence="versions",
        when="the texts are equal; comments, tracked changes, hidden text or attachments beside them differ",
        asks=questions.annotations_that_speak,
    ),
    Rule(
        name="cue-times",
        kind="annotation",
        significance="cosmetic",
        evidence="versions",
        when="the texts are equal, and the times at which they are shown differ",
        asks=questions.cue_times,
    ),
    Rule(
        name="other-annotations",
        kind="annotation",
        significance="none",
        evidence="versions",
        when="the texts are equal, and pages, running heads, fields or properties differ",
        asks=questions.other_annotations,
    ),
    Rule(
        name="outside-article",
        kind="boilerplate",
        significance="none",
        evidence="versions",
        when="only a part of a page is read, the article or what selectors pick, and that is the same",
        asks=questions.outside_article,
    ),
    Rule(
        name="text-encoding",
        kind="encoding",
        significance="none",
        evidence="versions",
        when="the texts are equal, and written in another character encoding",
        asks=questions.text_encoding,
    ),
    Rule(
        name="equal-text",
        kind="encoding",
        significance="none",
        evidence="versions",
        when="the texts are equal, and only bytes differ that are no part of them",
        asks=questions.equal_text,
    ),
    Rule(
        name="white-space",
        kind="whitespace",
        significance="cosmetic",
        evidence="versions",
        when="the texts are equal without white space, and no words were joined or parted",
        asks=questions.white_space,
    ),
    Rule(
        name="typographic-marks",
        kind="typography",
        significance="cosmetic",
        evidence="sentences",
        when="the texts are equal without white space once quotes, dashes, ellipses, capitals and invisible"
        " characters are folded, and none of those speaks; or but for emphasis and what else only"
        " dresses words",
        asks=questions.typographic_marks,
    ),
    Rule(
        name="dates-in-markup",
        kind="redated",
        significance="cosmetic",
        evidence="versions",
        when="the texts say the same, and in fields or attributes that say when they were written, brought up"
        " to date or published, the date is another",
        asks=questions.dates_in_markup,
    ),
    Rule(
        name="times-of-cues",
        kind="annotation",
        significance="cosmetic",
        evidence="versions",
        when="subtitles say the same, and only the times of cues are others",
        asks=questions.times_of_cues,
    ),
    Rule(
        name="earlier-text",
        kind="revert",
        significance=None,
        when="the text is that of a version before the last; `revert_of` is the newest such",
        asks=questions.earlier_text,
    ),
    Rule(
        name="lost-end",
        kind="truncation",
        significance="substantive",
        subject="removed",
        when="the text is how the last one began, perhaps with an ellipsis, and 30 % of its characters or"
        " more are gone",
        asks=questions.lost_end,
    ),
    Rule(
        name="first-text",
        kind="update",
        significance="substantive",
        when="there was no text before, or an empty one, and there is now",
        asks=questions.first_text,
    ),
    Rule(
        name="publication-line",
        kind="redated",
        significance="cosmetic",
        when="only lines were edited that say when the text was published or brought up to date",
        asks=questions.publication_line,
    ),
    Rule(
        name="few-kept-sentences",
        kind="rewrite",
        significance="substantive",
        when="of both texts, under half of the sentences were kept, edited or moved",
        asks=questions.few_kept_sentences,
    ),
    Rule(
        name="changed-fact",
        kind="factual",
        significance="substantive",
        when="in an edited sentence another value stands in the place of a fact; a notice and a line of time"
        " stamps have no facts",
        asks=questions.changed_fact,
    ),
    Rule(
        name="misspelling",
        kind="spelling",
        significance="cosmetic",
        when="no sentence came, went or moved, and all that changed in words are misspellings, a word"
        " doubled, words joined or parted, and punctuation",
        asks=questions.misspelling,
    ),
    Rule(
        name="quoted-words",
        kind="wording",
        significance="substantive",
        subject="attribution",
        when="a word between quotation marks came, went or became another; a misspelling that is mended there"
        " and typography are none",
        asks=questions.quoted_words,
    ),
    Rule(
        name="sentences-cut-anew",
        kind="wording",
        significance="reworded",
        when="sentences came or went, and the same words stand in the same order, marks and capitals aside,"
        " as when subtitles are cut anew",
        asks=questions.sentences_cut_anew,
    ),
    Rule(
        name="short-sentence-replaced",
        kind="wording",
        significance="substantive",
        when="a sentence, heading, item or cell of one to three words was put for another that has none of"
        " them",
        asks=questions.short_sentence_replaced,
    ),
    Rule(
        name="whole-sentence",
        kind="update",
        significance="substantive",
        when="a sentence of three words or more came or went",
        asks=questions.whole_sentence,
    ),
    Rule(
        name="content-words-beside-sentence",
        kind="update",
        significance="substantive",
        when="a shorter sentence came or went, and in the edited ones a word that carries meaning",
        asks=questions.content_words_beside_sentence,
    ),
    Rule(
        name="short-sentence",
        kind="update",
        significance="reworded",
        when="a sentence of one or two words came or went",
        asks=questions.short_sentence,
    ),
    Rule(
        name="opposed-words",
        kind="wording",
        significance="substantive",
        when="a small word was put for another that says something else: `and`, `or`; `until`, `from`; the"
        " particle of a verb",
        asks=word_questions.opposed_words,
    ),
    Rule(
        name="modal-verb",
        kind="wording",
        significance="substantive",
        when="a verb such as `may` came into the edited sentences where there was none, or went and left"
        " none",
        asks=word_questions.modal_verb,
    ),
    Rule(
        name="weighty-words",
        kind="wording",
        significance="substantive",
        when="a small word came or went that weighs: `all`, `only`, `must`, `without`",
        asks=word_questions.weighty_words,
    ),
    Rule(
        name="sureness",
        kind="wording",
        significance="substantive",
        when="a word came, went or was put for another that says how sure or how true something is:"
        " `allegedly`, `guilty`",
        asks=word_questions.sureness,
    ),
    Rule(
        name="opposites",
        kind="wording",
        significance="substantive",
        when="a word was put for its opposite: `acquitted`, `convicted`",
        asks=word_questions.opposites,
    ),
    Rule(
        name="different-things",
        kind="wording",
        significance="substantive",
        when="the name of something that can be seen or touched was put for that of another, neither the"
        " broader: `knife`, `gun`",
        asks=word_questions.different_things,
    ),
    Rule(
        name="name-alone",
        kind="wording",
        significance="substantive",
        when="a name came or went: a word with a capital inside a sentence that is seldom written small",
        asks=word_questions.name_alone,
    ),
    Rule(
        name="content-words",
        kind="wording",
        significance="substantive",
        when="in a language of which no synonyms are known, a word came or went that is not among its small"
        " words that say little; inflections, abbreviations and other ways to write a value aside",
        asks=word_questions.words_of_language,
    ),
    Rule(
        name="several-words",
        kind="wording",
        significance="substantive",
        when="two words or more that carry meaning came, went or were put for others; not counted are forms"
        " and derivations of one word, synonyms, fillers, and words that stand on the other side too",
        asks=word_questions.several_words,
    ),
    Rule(
        name="unlike-word",
        kind="wording",
        significance="substantive",
        when="a word that carries meaning was put for one that nothing shows to be near: neither a synonym"
        " nor broader or narrower",
        asks=word_questions.unlike_words,
    ),
    Rule(
        name="extent",
        kind="wording",
        significance="substantive",
        when="in an edited sentence a word or a run of words came or went that says how much, how many or how"
        " often: `partly`, `at most`, `one of`; ways that say the same aside",
        asks=word_questions.extent_words,
    ),
    Rule(
        name="exchanged-roles",
        kind="wording",
        significance="substantive",
        when="two that act took each other's place: `the company sued the city`, `we may sue you`; or two"
        " words of two sentences",
        asks=word_questions.exchanged_roles,
    ),
    Rule(
        name="scope-word",
        kind="wording",
        significance="substantive",
        when="in a sentence of the same words, or of forms of them, a `not` or an `only` is said of another"
        " word; or such a word, an `even` or an `also` crossed a stop or a comma",
        asks=word_questions.scope_word,
    ),
    Rule(
        name="negation",
        kind="wording",
        significance="substantive",
        subject="negation",
        when="an edited sentence has a negation that had none, or has none any more",
        asks=word_questions.negation,
    ),
    Rule(
        name="few-words",
        kind="wording",
        significance="reworded",
        when="a word that carries meaning came or went, or one was put for a near one; or synonyms, forms,"
        " fillers and repeated words were put for others, however many",
        asks=word_questions.few_words,
    ),
    Rule(
        name="changed-markup",
        kind="markup",
        significance="reworded",
        when="a field, an attribute, a shortcode, code, a comment, where a link leads or a number of order is"
        " another; or a link, an image, an address, a tag or the number of a footnote stands at another word",
        asks=questions.changed_markup,
    ),
    Rule(
        name="small-words",
        kind="wording",
        significance="reworded",
        when="small words that say little and forms of words came or went",
        asks=word_questions.small_words,
    ),
    Rule(
        name="no-equal",
        kind="wording",
        significance="reworded",
        when="a word, a sign or an address is paired, in order, with none that is equal: `<` for `>`, `?` for"
        " `!`, a letter in an address, another order",
        asks=word_questions.no_equal,
    ),
    Rule(
        name="same-words",
        kind="wording",
        significance="cosmetic",
        when="each word and sign is paired, in order, with one that is equal under a named equivalence",
        asks=word_questions.same_words,
    ),
)
