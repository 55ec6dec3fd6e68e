"""The description of the API, made from the same structs that its routes read and write."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypedDict

import msgspec

import ingest
from ingest.http import answers, parameters, problems
from ingest.http.api import CHANGES, ENDPOINTS, Endpoint
from ingest.http.reviews import PATH as PATH_OF_REVIEWS
from ingest.http.reviews import NewReview, NewWithdrawal
from ingest.records import Review

PATH = "/v1/openapi.json"
_Part = Mapping[str, object]  # a part of the description: a JSON object
_REFERENCE = "#/components/schemas/{name}"
_VERSION = {"type": "string", "pattern": parameters.REV}
_IN_PATH = {
    "id": ("the id of a document", {"type": "string", "pattern": "^[0-9a-f]{32}$"}),
    "rev": ("a number, first, latest, prev or a moment", _VERSION),
    "from": ("the version before: a number, first, latest, prev or a moment", _VERSION),
    "to": ("the version after", _VERSION),
}
# A client that knows the description alone waits for one answer: what waits is told in words.
_IN_WORDS: dict[str, _Part] = {
    "feed": {
        "enum": ["normal"],
        "default": "normal",
        "description": "Also longpoll, which waits up to `timeout` seconds, and eventsource, which is"
        " server-sent events without end.",
    }
}
_FAILURES = {
    "400": "the question is not understood",
    "401": "the token is missing or wrong",
    "404": "there is no such thing",
    "405": "the method is not allowed",
    "406": "this address has none of the media types of Accept",
    "413": "a question has no body",
    "414": "the address is too long",
    "421": "the Host is none that is served",
    "431": "the headers are too long",
    "500": "what is stored is damaged",
    "503": "the store cannot be asked now",
}


_POST_FAILURES = {
    **{status: _FAILURES[status] for status in ("401", "404", "413", "414", "421", "431", "500", "503")},
    "400": "the body is not understood, or the change carries no edit",
    "403": "it comes from a page elsewhere, or the store may only be read",
    "408": "the body did not come in time",
    "409": "somebody else took the review back",
    "415": "the body is no JSON",
    "429": "too many wrong tokens came from this address",
}


class _Fields(TypedDict):
    """What msgspec tells of a struct: the schema of each field, and which must be given."""

    properties: dict[str, _Part]
    required: list[str]


def description() -> _Part:
    """Return the whole document, OpenAPI 3.1."""
    endpoints = (*ENDPOINTS, CHANGES)
    kinds = [kind for each in endpoints for kind in each.gives]
    asked_by = [each.parameters for each in endpoints]
    schemas, components = msgspec.json.schema_components(
        [problems.Problem, Review, NewReview, NewWithdrawal, *kinds, *asked_by], ref_template=_REFERENCE
    )
    failure, added, *posted = schemas[:4]
    given, asked = iter(schemas[4 : 4 + len(kinds)]), schemas[4 + len(kinds) :]
    paths: dict[str, dict[str, _Part]] = {}
    for endpoint, parameter in zip(endpoints, asked, strict=True):
        shapes = [next(given) for _ in endpoint.gives]
        schema = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
        fields = components[parameter["$ref"].rpartition("/")[2]]
        paths[endpoint.path] = {"get": _operation(endpoint, schema, fields, failure)}
    paths[PATH_OF_REVIEWS]["post"] = _posting(added, posted, failure)
    unused = {each["$ref"].rpartition("/")[2] for each in asked}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ingest",
            "version": ingest.__version__,
            "description": "The history of documents. All of it is read, but for reviews, which are posted."
            " Lists have `items` and `next`.",
        },
        "paths": paths,
        "components": {
            "schemas": {name: each for name, each in components.items() if name not in unused},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"token": []}],
    }


def _posting(added: _Part, posted: Sequence[_Part], failure: _Part) -> _Part:
    """Return the operation by which a review is added."""
    content = {answers.JSON: {"schema": added}}
    told = {"content": {problems.TYPE: {"schema": failure}}}
    return {
        "operationId": "review",
        "summary": "Review an edit, or take a review back",
        "description": "The name may be left away where a proxy names who asks.",
        "requestBody": {"required": True, "content": {answers.JSON: {"schema": {"oneOf": posted}}}},
        "responses": {
            "200": {"description": "it was said before: that review", "content": content},
            "201": {"description": "the review that was added", "content": content},
            **{status: {"description": about, **told} for status, about in sorted(_POST_FAILURES.items())},
        },
        "security": [{"token": []}],
    }


def _given(name: str, schema: _Part) -> _Part:
    """Return what a parameter holds where it is given: none is told by leaving it away."""
    if name in _IN_WORDS:
        return _IN_WORDS[name]
    either = schema.get("anyOf")
    kinds = [each for each in either if each != {"type": "null"}] if isinstance(either, list) else []
    return kinds[0] if kinds else schema


def _parts(told: _Part) -> _Part:
    content = {kind: {"schema": {"type": "string"}} for kind in (answers.TEXT, answers.BYTES)}
    return {
        "206": {"description": "the part that Range asks for", "content": content},
        "416": {"description": "Range asks for what lies behind the end", **told},
    }


def _operation(endpoint: Endpoint, schema: _Part, fields: _Fields, failure: _Part) -> _Part:
    in_path = [
        {"name": name, "in": "path", "required": True, "description": about, "schema": kind}
        for name in re.findall(r"{(\w+)}", endpoint.path)
        for about, kind in [_IN_PATH[name]]
    ]
    in_query = [
        {
            "name": name,
            "in": "query",
            "required": name in fields["required"],
            "schema": _given(name, each),
        }
        for name, each in fields["properties"].items()
    ]
    content: dict[str, _Part] = {kind: {"schema": {"type": "string"}} for kind in endpoint.media_types}
    if answers.JSON in content:
        content[answers.JSON] = {"schema": schema}
    told = {"content": {problems.TYPE: {"schema": failure}}}
    answers_ = {
        "200": {"description": endpoint.summary, "content": content},
        "304": {"description": "as it was"},
        **(_parts(told) if answers.BYTES in content else {}),
        **{status: {"description": about, **told} for status, about in _FAILURES.items()},
    }
    name = endpoint.path.removeprefix("/v1/")
    return {
        "operationId": re.sub(r"\W+", "_", name).strip("_"),
        "summary": endpoint.summary,
        "parameters": [*in_path, *in_query],
        "responses": answers_,
    }
