"""The routes of the pages; each address with `.json` at its end gives the data of its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial

import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ingest.corpus import Corpus
from ingest.errors import IngestError, UsageError
from ingest.history import log_moments, naming
from ingest.http import answers, api, downloads, parameters
from ingest.http.admission import Asker
from ingest.http.assets import asset
from ingest.http.last_visit import LOOKED, visit
from ingest.http.page_data import ChangesData, DocumentsData
from ingest.http.page_parameters import (
    Changes,
    Document,
    Documents,
    PageLanguage,
    Period,
    Report,
    Search,
    read,
)
from ingest.http.page_parts import PageHead, Parts, parts_of
from ingest.http.problems import Problem
from ingest.http.response_cache import ResponseCache
from ingest.http.reviews import readable
from ingest.index.fulltext.search import Match
from ingest.index.tally import Tally
from ingest.report import model
from ingest.store import reviews
from ingest.store.engine import Connection
from ingest.store.write_check import StoreState
from ingest.web import document, lists, overview, page_reviews, render
from ingest.web import report as report_view
from ingest.web import words as languages
from ingest.web.answer_cache import AnswerCache
from ingest.web.health import Health

_LISTED = 100
_FRESH = 2_000_000  # microseconds that health is kept
_MOMENT = 1_000_000  # the same of the overview
_WHILE = 10_000_000  # the same of the outline of a report
_KEPT = 30_000_000  # the same of the page of a document that does not change
# Without a referrer a browser does not say of a form from where it comes.
_FORMS = {"referrer-policy": "same-origin"}


class PageContent(msgspec.Struct, frozen=True, kw_only=True):
    """What a page is made of: its template, its data, and what its template has besides."""

    template: str
    data: object
    more: Mapping[str, object] = {}
    headers: Mapping[str, str] = {}
    cookies: Mapping[str, str] = {}


# A page's parameters as they were read, and what gives what it is made of.
Ask = Callable[[Request], tuple[msgspec.Struct, Callable[[], PageContent]]]


class Pages:
    """The pages of a corpus."""

    def __init__(self, corpus: Corpus, kept: ResponseCache, *, has_token: bool) -> None:
        self._corpus = corpus
        self._state = Health(corpus)
        self._kept = kept
        self._has_token = has_token
        self._cache = AnswerCache(corpus.now, lambda: corpus.generation)
        self._cards = AnswerCache(corpus.now, lambda: corpus.generation)
        self._tally = Tally()
        self._states: dict[str, tuple[dict[str, object], str]] = {}  # health as a page says it, by language

    def routes(self) -> list[Route]:
        """Return the routes."""
        found: list[Route] = []
        for path, ask in (
            ("/", self._asking(PageLanguage, self._overview)),
            ("/documents", self._asking(Documents, self._documents)),
            ("/documents/{id}", self._asking(Document, self._document)),
            ("/changes", self._asking(Changes, self._changes)),
            ("/search", self._asking(Search, self._search)),
            ("/report", self._asking(Report, self._report)),
            ("/health", self._asking(PageLanguage, self._health)),
        ):
            name = "/overview" if path == "/" else path
            found.append(Route(f"{name}.json", self._data(ask)))
            found.append(Route(path, self._page(path, name, ask)))
        return [
            Route("/.json", self._data(self._asking(PageLanguage, self._overview))),
            *downloads.routes(self._corpus),
            Route("/assets/{hash}/{name}", asset),
            *found,
        ]

    def _asking(self, kind: type[parameters.T], ask: Callable[[Request, parameters.T], PageContent]) -> Ask:
        def read_(request: Request) -> tuple[msgspec.Struct, Callable[[], PageContent]]:
            asked = read(request, kind)
            return asked, partial(ask, request, asked)

        return read_

    def _page(self, path: str, name: str, ask: Ask) -> Callable[[Request], Awaitable[Response]]:
        def html(
            request: Request, words: languages.Words, asked: object, head: int, shown: PageContent
        ) -> str:
            values = {
                "here": "/documents" if path.startswith("/documents") else path,
                "path": request.url.path,
                "data_path": (request.url.path if path != "/" else name) + ".json",
                "view": shown.data,
                "asked": asked,
                **self.around(request, head),
                **shown.more,
            }
            return render.page(shown.template, words, values)

        def make(request: Request, asked: object, shown: Callable[[], PageContent]) -> Response:
            seen, words = self._kept.look(), self.words(request)
            known = self._known(request, asked, seen)
            html_of = partial(html, request, words, asked, seen.head)
            if known is None:
                page = shown()
                return self._answer(
                    request, words, answers.encoded(html_of(page)), page.headers, page.cookies
                )
            parts = self._parts(request, known, words, seen, lambda: html_of(shown()))
            return self._around(request, words, known, parts, seen)

        async def answer(request: Request) -> Response:
            asked, shown = ask(request)
            found = self._at_hand(request, asked)
            return (
                found if found is not None else await to_thread.run_sync(partial(make, request, asked, shown))
            )

        return answer

    def _at_hand(self, request: Request, asked: object) -> Response | None:
        """Return a page that is kept, where that takes no time to speak of."""
        if not self._kept.is_quick or self._cache.known("health") is None:
            return None
        seen, words = self._kept.look(), self.words(request)
        known = self._known(request, asked, seen)
        found = None if known is None else self._found(request, known, words, seen)
        if known is None or found is None:
            return None
        return self._around(request, words, known, found, seen)

    def _around(
        self, request: Request, words: languages.Words, known: PageHead, parts: Parts, seen: StoreState
    ) -> Response:
        """Answer with a page that is kept, and what is of this moment."""
        health = self._health_now()
        of, state = self._states.get(words.language, ({}, ""))
        if of is not health:
            _, state = self._states[words.language] = health, render.state(words, health)
        return self._answer(request, words, parts.around(seen.head, state), known.headers, known.cookies)

    def _answer(
        self, request: Request, words: languages.Words, html: bytes, headers: Mapping[str, str],
        cookies: Mapping[str, str],
    ) -> Response:  # fmt: skip
        response = answers.response(answers.page(html, headers), request)
        if request.query_params.get("lang") in languages.LANGUAGES:
            cookies = {**cookies, "lang": words.language}
        for cookie, value in cookies.items():
            response.set_cookie(cookie, value, max_age=31_536_000, samesite="strict", httponly=True, path="/")
        return response

    def _known(self, request: Request, asked: object, seen: StoreState) -> PageHead | None:
        """Return what is known of a page before it is made; None of one that is not kept."""
        if isinstance(asked, Document) and all(
            each is None or api.is_plain(each) for each in (asked.first, asked.last)
        ):
            document = request.path_params["id"]
            return PageHead(name=document, document=document, micros=_KEPT, headers=_FORMS)
        if isinstance(asked, PageLanguage) and request.url.path == "/":
            since, since_at, cookie = self._visit(request, seen.head)
            return PageHead(
                name=(since, since_at), document=None, micros=_MOMENT // 2, cookies={LOOKED: cookie}
            )
        return None

    def _visit(self, request: Request, head: int) -> tuple[int, int | None, str]:
        return visit(request.cookies.get(LOOKED, ""), head=head, now=self._corpus.now())

    def _parts(
        self, request: Request, known: PageHead, words: languages.Words, seen: StoreState,
        make: Callable[[], str],
    ) -> Parts:  # fmt: skip
        """Return the kept parts of a page; made anew after a change of its document, a review or a while."""
        found = self._found(request, known, words, seen)
        if found is None:
            found = parts_of(make())
            until = self._corpus.now() + known.micros
            self._kept.keep(
                self._name(request, known, words, seen), found, document=known.document,
                size=len(found.rest), seen=seen, until=until,
            )  # fmt: skip
        return found

    def _found(
        self, request: Request, known: PageHead, words: languages.Words, seen: StoreState
    ) -> Parts | None:
        return self._kept.find(self._name(request, known, words, seen), Parts)

    def _name(self, request: Request, known: PageHead, words: languages.Words, seen: StoreState) -> Hashable:
        reviewer = tuple(sorted(self._reviewer(request).items()))
        return ("page", known.name, request.scope["query_string"], words.language, reviewer, seen.review)

    def _data(self, ask: Ask) -> Callable[[Request], Response]:
        def answer(request: Request) -> Response:
            _, shown = ask(request)
            self._corpus.require_in_place()
            return answers.response(answers.of_record(shown().data), request)

        return answer

    def words(self, request: Request) -> languages.Words:
        """Return the language of a request's page."""
        said = request.query_params.get("lang") or request.cookies.get("lang", "")
        language = languages.language_of(said, request.headers.get("accept-language", ""))
        return languages.Words(language, self._corpus.zone, self._corpus.now())

    def around(self, request: Request, head: int) -> dict[str, object]:
        """Return what every page has around it; `head` is the end of the log."""
        values = {name: value for name, value in request.query_params.items() if name != "lang"}
        return {
            "head": head,
            "watching": self._health_now(),
            "query_values": values,
            "reviewer": self._reviewer(request),
            "roots": lists.root_names(self._corpus, self._cache),
        }

    def _reviewer(self, request: Request) -> dict[str, object]:
        """Return whether one may review here, and what is known of who asks."""
        asker: Asker = request.state.asker
        name = None if asker.name is None else readable(asker.name)
        return {
            "can": self._has_token, "name": name, "by_proxy": asker.by_proxy, "has_token": asker.has_token
        }  # fmt: skip

    def _health_now(self) -> dict[str, object]:
        """Return whether somebody watches, asked again after two seconds."""
        return self._cache.lately("health", _FRESH, self._state.shown)

    # -- the pages -----------------------------------------------------------------------------

    def _overview(self, request: Request, _asked: PageLanguage) -> PageContent:
        since, since_at, cookie = self._visit(request, self._corpus.head())
        with self._corpus.store.read() as connection:
            said = reviews.last(connection)  # one that was just added is seen at once
        # While the log grows faster than the index, nobody waits for an answer that is old once it is there.
        asked_for = self._cache.lately if self._corpus.is_late else self._cache.of
        view = asked_for(
            ("overview", since, since_at, said),
            _MOMENT,
            lambda: overview.view(self._corpus, self._cards, self._tally, since=since, since_at=since_at),
        )
        return PageContent(template="overview", data=view, cookies={LOOKED: cookie})

    def _documents(self, _request: Request, asked: Documents) -> PageContent:
        if asked.seq is not None and asked.at is not None:
            raise UsageError("'at' and 'seq' both name a moment", hint="give one of the two")
        at = f"seq:{asked.seq}" if asked.seq is not None else asked.at or None
        view = lists.documents(
            self._corpus, self._cache, prefix=asked.prefix, at=at, root=asked.root,
            language=asked.language or None, deleted=asked.deleted,
            after=None if asked.after is None else api.place_of(asked.after), differs_after=asked.differs,
        )  # fmt: skip
        following = None if view.after is None else api.cursor_of(view.after)
        shown = DocumentsData(
            items=view.items, differs=view.differs, differing=view.differing, at_seq=view.at_seq,
            next=following,
        )  # fmt: skip
        return PageContent(template="documents", data=shown, more={"view": view, "next": following})

    def _document(self, request: Request, asked: Document) -> PageContent:
        def target_of(connection: Connection) -> naming.Target:
            return api.target_of(connection, request.path_params["id"])

        view = document.view(
            self._corpus, self._cache, target_of, first=asked.first, last=asked.last,
            mode=document.require_mode(asked.view), before=asked.before, with_lost=asked.lost, at=asked.at,
            part=asked.part, only=asked.only,
        )  # fmt: skip
        return PageContent(template="document", data=view, more={"only": asked.only}, headers=_FORMS)

    def _changes(self, _request: Request, asked: Changes) -> PageContent:
        since = asked.since or None
        after: int | str = int(since) if since and since.isascii() and since.isdigit() else since or 0
        if isinstance(after, int) and after:
            with self._corpus.store.read() as connection:
                log_moments.require_change(connection, after)
        found = list(
            self._corpus.changes(
                after, until=asked.until or None, root=asked.root, prefix=asked.prefix or None,
                type=asked.type_ or None, class_=asked.class_ or None,
                significance=asked.significance or None, fact=asked.fact or None, flag=asked.flag or None,
                reviewed=None if asked.reviewed is None else asked.reviewed == "yes",
                limit=_LISTED + 1, newest_first=True,
            )
        )  # fmt: skip
        items = found[:_LISTED]
        following = str(items[-1].seq - 1) if len(found) > _LISTED else None
        with self._corpus.store.read() as connection:
            said = page_reviews.of_changes(connection, [each.seq for each in items])
        page = ChangesData(
            items=items, next=following, reviews=[each for some in said.values() for each in some]
        )
        return PageContent(template="changes", data=page, more={"reviewed": said})

    def _search(self, _request: Request, asked: Search) -> PageContent:
        view = lists.search_view(
            self._corpus,
            self._cache,
            asked.q,
            every=asked.every,
            at=asked.at,
            language=asked.language or None,
            root=asked.root,
            after=asked.after,
        )
        following = str(asked.after + len(view.hits)) if view.more else None
        data: api.Page[Match] = api.Page(items=[hit.match for hit in view.hits], next=following)
        return PageContent(template="search", data=data, more={"view": view, "query": asked.q})

    def _report(self, _request: Request, asked: Report) -> PageContent:
        return PageContent(
            template="report", data=report_view.view(self._corpus, self._outline(asked), after=asked.after)
        )

    def _outline(self, asked: Period) -> model.Report:
        """Return the report of a period without its sentences, kept for who goes from part to part."""
        name = ("report", self._corpus.head(), asked.since, asked.until, asked.root, asked.prefix)
        return self._cache.of(name, _WHILE, lambda: downloads.report_of(self._corpus, asked, outline=True))

    def _health(self, _request: Request, _asked: PageLanguage) -> PageContent:
        return PageContent(template="health", data=lists.health(self._corpus, since=None))

    def failure(self, request: Request, problem: Problem, headers: dict[str, str]) -> Response:
        """Return a problem as a page."""
        words = self.words(request)
        try:
            around = self.around(request, self._corpus.head())
        except IngestError:  # the store cannot be asked: the page says so without what is around it
            around = {
                "head": 0,
                "query_values": {},
                "watching": {"state": "stopped", "words": "not known", "at": 0},
                "reviewer": self._reviewer(request),
            }
        values = {"here": "", "path": "/", "data_path": "/overview.json", "problem": problem, **around}
        html = render.page("failure", words, values | {"query_values": {}})
        made = answers.page(answers.encoded(html), headers)
        response = Response(made.body, problem.status, dict(headers), media_type=made.media_type)
        response.headers["cache-control"] = "no-store"
        return response
