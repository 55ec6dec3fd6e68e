"""The files that a page names: style, script, pictures."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from ingest.errors import NotFound
from ingest.http import answers
from ingest.http.answers import Answer
from ingest.web import render


def asset(request: Request) -> Response:
    """Return a file, to be kept for ever where its address has its hash. Raises NotFound."""
    name = request.path_params["name"]
    if name not in render.ASSETS:
        raise NotFound("there is no such file", hint="each page names the files it has")
    kept = request.url.path == render.address_of(name)
    made = Answer(
        body=render.asset(name),
        media_type=render.ASSETS[name],
        cache=answers.FOR_EVER if kept else answers.FRESH,
    )
    return answers.response(made, request)
