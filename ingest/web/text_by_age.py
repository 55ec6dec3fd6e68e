"""A version by the age of its sentences: which version brought each, and what is not there any more. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from ingest.index import sentence_history
from ingest.index.blame import Lost, Origin
from ingest.standoff import Places
from ingest.web import text_parts
from ingest.web.text_parts import Parts

HELD = 40  # versions of which sentences stand, the newest
LOST = 40  # sentences that are not there any more, those that went last


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a version and the version that first said it; `at` names it in an address.

    `away` are the stretches of versions, first and last, that lacked it since.
    """

    text: str
    version: int
    age: int
    away: list[tuple[int, int]]
    at: str
    offset: int


class Paragraph(msgspec.Struct, frozen=True, kw_only=True):
    """The sentences of a paragraph; `page` is the number of the page that begins with it, if one does."""

    sentences: list[Sentence]
    page: int | None
    is_heading: bool


class VersionShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many sentences of a text a version brought."""

    version: int
    at: int
    sentences: int
    age: int


class RemovedSentence(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence that is not there any more."""

    text: str
    version: int
    removed_in: int
    removed_at: int
    edited: bool


def ages_of(origins: list[Origin]) -> dict[int, int]:
    """Return how new each version is among those that brought a text's sentences: 1, the oldest, to 5."""
    known = sorted({each.version for each in origins})
    steps = max(len(known) - 1, 1)
    return {version: 1 + round(4 * number / steps) if number else 1 for number, version in enumerate(known)}


def version_shares(origins: list[Origin], ages: dict[int, int], times: dict[int, int]) -> list[VersionShare]:
    """Return which versions brought the sentences of a text, the newest first."""
    counts: dict[int, int] = {}
    for each in origins:
        counts[each.version] = counts.get(each.version, 0) + 1
    return [
        VersionShare(version=version, at=times[version], sentences=counts[version], age=ages[version])
        for version in sorted(counts, reverse=True)
    ]


def last_removed(lost: Sequence[Lost], times: Mapping[int, int]) -> tuple[list[RemovedSentence], int]:
    """Return the sentences that went last, the newest first, and how many went before them."""
    shown = [_gone(each, times) for each in reversed(lost[-LOST:])]
    return shown, len(lost) - len(shown)


def _gone(lost: Lost, times: Mapping[int, int]) -> RemovedSentence:
    return RemovedSentence(
        text=lost.text,
        version=lost.version,
        removed_in=lost.removed_in,
        removed_at=times[lost.removed_in],
        edited=lost.edited,
    )


def paragraphs(text: str, origins: list[Origin], ages: dict[int, int], places: Places) -> list[Paragraph]:
    """Return the sentences of a text by paragraph; one ends at a line end, and before it exceeds a part."""
    found: list[list[Sentence]] = [[]]
    for number, each in enumerate(origins):
        end = origins[number + 1].offset if number + 1 < len(origins) else len(text)
        whole = text[each.offset : end]
        said = whole.rstrip()
        if said:
            if found[-1] and each.offset + len(said) - found[-1][0].offset > text_parts.PART:
                found.append([])
            found[-1].append(
                Sentence(
                    text=said,
                    version=each.version,
                    age=ages[each.version],
                    away=list(each.away),
                    at=f"{each.offset}.{sentence_history.short(each.text)}",
                    offset=each.offset,
                )
            )
        if "\n" in whole[len(said) :]:
            found.append([])
    shown = []
    page = None
    for sentences_ in found:
        if sentences_:
            place = places.at(sentences_[0].offset)
            is_heading = places.is_heading(sentences_[0].offset)
            begins = place.page if place.page != page else None
            shown.append(Paragraph(sentences=sentences_, page=begins, is_heading=is_heading))
            page = place.page
    return shown


def part_by_age(
    whole: list[Paragraph], part: int | None, at: int | None, only: int | None
) -> tuple[list[Paragraph], Parts]:
    """Return the part that is shown: `part`, else that of the sentence `at`, else of the version `only`."""
    parts = text_parts.grouped(
        whole,
        lambda each: each.sentences[-1].offset + len(each.sentences[-1].text) - each.sentences[0].offset,
    )

    def has(each: Sentence) -> bool:
        return each.offset == at if at is not None else each.version == only

    wanted = (
        number
        for number, here in enumerate(parts, 1)
        if any(has(each) for paragraph in here for each in paragraph.sentences)
    )
    shown = text_parts.chosen(part, next(wanted, 1), len(parts))
    return parts[shown - 1], text_parts.around([[]] * len(parts), shown)
