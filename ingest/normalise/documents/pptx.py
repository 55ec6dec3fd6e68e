"""Presentations (PPTX): a slide is a page, its title a heading, a row of its tables a block.

The speaker's notes stand after the body. Comments, hidden slides, volatile fields, and the running head, foot
and number of a slide stand beside the text. Shapes are read in the order of the file, the
title first.
"""

from __future__ import annotations

import msgspec

from ingest.normalise.documents import ooxml
from ingest.normalise.documents.draft import Closed, Draft, plain
from ingest.normalise.documents.ooxml import Relation
from ingest.normalise.documents.package import Package
from ingest.normalise.documents.pptx_slide import Comments, Order, Slide
from ingest.normalise.extraction import Annotation, Extracted, Limits, Refused

WAY = "pptx/2"
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


def read(data: bytes, limits: Limits) -> Extracted:
    """Return the text of a presentation and what stands beside it."""
    package = Package(data, limits)
    main = ooxml.main_part(package, limits)
    if main not in package:
        raise Refused("refused", "a package without its presentation")
    leads = ooxml.relations(package, main, limits)
    order = Order(limits)
    order.run(package.read(main))
    if len(order.slides) > limits.pages:
        raise Refused("too_large", f"more than {limits.pages} slides")

    authors: dict[str, str] = {}
    for relation in leads.values():
        if relation.kind in {"commentAuthors", "authors"} and relation.target in package:
            people = Comments(limits, {})
            people.run(package.read(relation.target))
            authors.update(people.authors)

    def drawn(name: str) -> list[str]:
        return ooxml.drawing_texts(package, name, limits)

    def read_slide(name: str, leads: dict[str, Relation], page: int) -> Slide:
        slide = Slide(limits, leads, drawn, page)
        slide.run(package.read(name))
        return slide

    draft = Draft(limits)
    notes: list[Closed] = []
    hidden: list[Annotation] = []
    comments: list[Annotation] = []
    heads: list[Annotation] = []
    attachments: list[Annotation] = []
    pages: list[Annotation] = []
    for page, key in enumerate(order.slides, 1):
        lead = leads.get(key)
        if lead is None or lead.target not in package:
            raise Refused("refused", "a presentation that names a slide that is not there")
        beside = ooxml.relations(package, lead.target, limits)
        slide = read_slide(lead.target, beside, page)
        blocks = slide.blocks()
        heads += [head for head in slide.heads if head not in heads]
        if slide.is_hidden:
            hidden.append(Annotation(text=plain(blocks) or None, page=page))
        else:
            pages.append(Annotation(page=page))
            draft.put(blocks)
        for relation in beside.values():
            if relation.target not in package or relation.is_outside:
                continue
            if relation.kind == "notesSlide":
                spoken = read_slide(relation.target, {}, page).blocks()
                notes += [msgspec.structs.replace(block, kind="note") for block in spoken]
            elif relation.kind == "comments":
                told = Comments(limits, authors)
                told.run(package.read(relation.target))
                comments += [msgspec.structs.replace(comment, page=page) for comment in told.found]
        attachments += ooxml.attachments(package, beside)
    return draft.extracted(
        way=WAY,
        media_type=MEDIA_TYPE,
        notes=notes,
        beside={
            "comments": comments,
            "hidden": hidden,
            "running_heads": heads,
            "attachments": attachments,
            "properties": ooxml.properties(package, limits),
        },
        pages=pages,
    )
