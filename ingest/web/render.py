"""Markup made of views. Every string from outside becomes text, each control character in it an escape."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections.abc import Mapping
from importlib import resources
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup

from ingest import escape, moments
from ingest.edits.edit import CLASSES, FACTS, FLAGS, SIGNIFICANCES
from ingest.history.changes import TYPES
from ingest.records.report import ReportSentence
from ingest.report import chart, model
from ingest.web import coverage, whereabouts
from ingest.web.gravity import mark, mark_of
from ingest.web.overview import RootCoverage
from ingest.web.words import Words

_compiling = threading.Lock()  # each template is made once, whoever asks for it at the same time
_TAGGED = {"del": Markup("<del>{}</del>"), "ins": Markup("<ins>{}</ins>")}
ASSETS = {"style.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


@functools.cache
def asset(name: str) -> bytes:
    """Return a file that pages ask for."""
    return (resources.files("ingest.web") / "static" / name).read_bytes()


@functools.cache
def address_of(name: str) -> str:
    """Return the address of a file, with a hash of what it holds: what is at an address never changes."""
    return f"/assets/{hashlib.sha256(asset(name)).hexdigest()[:12]}/{name}"


def url(path: str, *values: Mapping[str, object], **more: object) -> str:
    """Return an address with its parameters; None leaves one out."""
    found: dict[str, object] = {}
    for each in (*values, more):
        found.update(each)
    given = {name: value for name, value in found.items() if value is not None and value != ""}
    return f"{path}?{urlencode(given)}" if given else path


def _shown(value: object) -> object:
    return escape.text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _marked(sentence: ReportSentence) -> Markup:
    """Return a sentence of the report, before and after, a line each; one that only moved once."""
    if model.only_moved(sentence):
        return Markup() + escape.text(sentence.after)
    parts = []
    for text, places, tag in (
        (sentence.before, sentence.removed, "del"),
        (sentence.after, sentence.added, "ins"),
    ):
        if not text:
            continue
        if sentence.kind in ("added", "removed"):
            parts.append(_TAGGED[tag].format(escape.text(text)))
            continue
        at, line = 0, Markup()
        for first, last in places:
            line += escape.text(text[at:first])
            line += _TAGGED[tag].format(escape.text(text[first:last]))
            at = last
        parts.append(line + escape.text(text[at:]))
    return Markup("<br>").join(parts)


@functools.cache
def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("ingest.web"),
        autoescape=True,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
    )
    found.globals.update(
        asset=address_of, url=url, mark=mark, mark_of=mark_of, marked=_marked, grouped=model.by_subject,
        shown=model.shown,
        subject_names=chart.SUBJECTS, befell=whereabouts.SAID,
        kinds={
            "types": TYPES, "significances": SIGNIFICANCES, "classes": CLASSES, "facts": FACTS, "flags": FLAGS
        }, show_path=escape.path, iso=moments.show,
    )  # fmt: skip
    return found


def state(words: Words, watching: Mapping[str, object]) -> str:
    """Return the part of every page that says whether somebody watches."""
    return _environment().get_template("state.html").render(t=words, w=words, watching=watching)


def page(name: str, words: Words, values: Mapping[str, object]) -> str:
    """Return a page."""

    def observed(place: RootCoverage) -> str:
        return coverage.sentence(place, words)

    with _compiling:
        template = _environment().get_template(f"{name}.html")
    return template.render(t=words, w=words, **{"only": None, "observed": observed, **values})
