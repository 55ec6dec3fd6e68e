"""What is taken from the pages as a whole: a version's text and bytes, and a report."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from ingest.corpus import Corpus
from ingest.http import answers, api, parameters
from ingest.http.page_parameters import Period, Report, read
from ingest.http.page_parts import packed
from ingest.http.parameters import Nothing
from ingest.report import model, page
from ingest.report.style import STYLE
from ingest.web import report as report_view


def routes(corpus: Corpus) -> list[Route]:
    """Return the routes."""
    asked: dict[str, Callable[[Request], Response]] = {
        "/report.json": partial(_report_data, corpus),
        "/report.html": partial(_report_page, corpus),
        "/documents/{id}/text/{rev}": partial(_version, corpus, answers.TEXT),
        "/documents/{id}/bytes/{rev}": partial(_version, corpus, answers.BYTES),
    }
    return [Route(path, answer) for path, answer in asked.items()]


def report_of(corpus: Corpus, asked: Period, *, outline: bool) -> model.Report:
    """Return the report of a period; an `outline` is without its sentences."""
    return corpus.report(
        since=asked.since or None, until=asked.until or None, root=asked.root, prefix=asked.prefix,
        outline=outline,
    )  # fmt: skip


def _report_data(corpus: Corpus, request: Request) -> Response:
    """Answer with the whole report, as `report --json` prints it, and the reviews of its edits."""
    report = report_of(corpus, read(request, Report), outline=False)
    return answers.response(answers.of_record(report_view.data(corpus, report)), request)


def _report_page(corpus: Corpus, request: Request) -> Response:
    """Answer with the report as `--html` writes it, as it is made; its style is allowed by its hash."""
    report = report_of(corpus, read(request, Period), outline=True)
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    headers = {"content-security-policy": policy, "cache-control": answers.FRESH}
    if request.method == "HEAD":
        return answers.head_of_stream(headers, answers.HTML)
    told = page.lines(
        report, complete=report_view.completion(corpus), remarks=report_view.review_lines(corpus, report)
    )
    return StreamingResponse(packed(told), headers=headers, media_type=answers.HTML)


def _version(corpus: Corpus, kind: str, request: Request) -> Response:
    parameters.read(request, Nothing)
    path = {name: str(value) for name, value in request.path_params.items()}
    return answers.response(api.version(corpus, path, kind), request)
