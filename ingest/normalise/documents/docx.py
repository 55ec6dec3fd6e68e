"""Word's documents (DOCX): the text with every tracked change accepted, which is what a reader gets.

A paragraph, a row of a table, a note is a block; a text box stands after the paragraph that holds it, notes
stand after the body. Deletions, insertions, moves, comments, hidden text, running heads and feet, volatile
fields and embedded files stand beside the text. Volatile is what changes without an edit: page numbers, dates
of today, tables of contents. The result of any other field is text. Of alternative contents the first counts.
Automatic numbers are no text.
"""

from __future__ import annotations

from ingest.normalise.documents import ooxml
from ingest.normalise.documents.docx_story import Story
from ingest.normalise.documents.docx_styles import Styles
from ingest.normalise.documents.draft import Closed, plain
from ingest.normalise.documents.package import Package
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "docx/2"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a document of Word and what stands beside it."""
    package = Package(data, limits)
    main = ooxml.main_part(package, limits)
    if main not in package:
        raise Refused("refused", "a package without its document")
    leads = ooxml.relations(package, main, limits)
    parts: dict[str, list[str]] = {}
    for relation in leads.values():
        if not relation.is_outside and relation.target in package:
            parts.setdefault(relation.kind, []).append(relation.target)

    styles = Styles(limits)
    for name in parts.get("styles", [])[:1]:
        styles.run(package.read(name))

    def drawn(name: str) -> list[str]:
        return ooxml.drawing_texts(package, name, limits)

    def story(name: str) -> Story:
        told = Story(limits, styles, ooxml.relations(package, name, limits), drawn)
        told.run(package.read(name))
        return told

    comments: dict[str, Annotation] = {}
    for name in parts.get("comments", [])[:1]:
        for key, (attributes, blocks) in story(name).entries.items():
            comments[key] = Annotation(
                text=plain(blocks), author=attributes.get("author"), date=attributes.get("date")
            )
    body = Story(limits, styles, leads, drawn, comments)
    body.run(package.read(main))

    notes: list[Closed] = []
    for kind in ("footnotes", "endnotes"):
        for name in parts.get(kind, [])[:1]:
            entries = story(name).entries
            for number in body.note_references[kind]:
                notes += entries.pop(number, ({}, []))[1]

    beside: dict[str, list[Annotation]] = {}
    if left := [comment for key, comment in comments.items() if key not in body.anchored]:
        beside["comments"] = left
    heads = []
    for target, kind in body.running.items():
        if target in package and (text := plain(story(target).draft.take())):
            heads.append(Annotation(kind=kind, text=text))
    beside["running_heads"] = heads
    beside["attachments"] = ooxml.attachments(package, leads)
    beside["properties"] = ooxml.properties(package, limits)
    return body.draft.extracted(way=WAY, media_type=MEDIA_TYPE, notes=notes, beside=beside)
