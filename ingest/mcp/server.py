"""The server: it speaks the Model Context Protocol on standard input and output, until the input ends.

A question runs in a thread of its own, so that the server answers others meanwhile. Where one takes too long
the answer is an error that says so; its thread goes on, and holds one of AT_ONCE places until it ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import mcp_types as types
import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

import ingest
from ingest.corpus import Corpus
from ingest.errors import IngestError, Unreachable
from ingest.mcp import material, parameters, tools
from ingest.mcp.answers import Answer
from ingest.mcp.tools import Tool

T = TypeVar("T")
AT_ONCE = 4  # questions that are under way at the same time
SECONDS = 20.0  # that a question may take
INSTRUCTIONS = (
    "The history of a set of documents: every version, every change in order, what kind of edit each was."
    " Begin with `search` or `report`; ask on with the id of a document. Cite document@version and seq. "
    + material.ABOUT
)
_BY_NAME = {tool.name: tool for tool in tools.TOOLS}
_OUTPUT = parameters.schema(Answer)


def run(corpus: Corpus) -> None:
    """Serve until standard input ends, or SIGTERM or SIGINT comes."""
    # Nothing of ours is lost by an end without delay, and who waits for a line cannot be woken.
    signal.signal(signal.SIGTERM, lambda _number, _frame: os._exit(0))
    signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(130))
    anyio.run(_serve, corpus)


async def _serve(corpus: Corpus) -> None:
    server = application(corpus, seconds=SECONDS)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())


def application(
    corpus: Corpus, *, seconds: float, draw: Callable[[], str] = lambda: secrets.token_hex(16)
) -> Server[object]:
    """Return the server. `draw` gives a mark by chance."""
    places = threading.BoundedSemaphore(AT_ONCE)

    async def listed(_context: object, _params: object) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(tool) for tool in tools.TOOLS])

    async def called(_context: object, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = _BY_NAME.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"there is no tool of this name: {', '.join(_BY_NAME)}")
        try:
            made, text = await in_thread(
                lambda: tools.answer(tool, corpus, params.arguments or {}, draw), places, seconds
            )
        except IngestError as error:
            return _failed(error, draw)
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=text)], structured_content=msgspec.to_builtins(made)
        )

    return Server(
        "ingest",
        version=ingest.__version__,
        title="The history of documents",
        instructions=INSTRUCTIONS,
        on_list_tools=listed,
        on_call_tool=called,
    )


async def in_thread(work: Callable[[], T], places: threading.BoundedSemaphore, seconds: float) -> T:
    """Do the work in a thread of its own, and wait for it so many seconds at most.

    Raises what the work raises; Unreachable where it takes longer, or where no place is free.
    """
    if not places.acquire(blocking=False):
        raise Unreachable(f"{AT_ONCE} questions are under way", hint="ask again when one of them is answered")
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(how: Callable[[], None]) -> None:
        if not done.done():
            how()

    def ask() -> None:
        try:
            answer = work()
        except BaseException as error:  # noqa: BLE001  # the edge of a thread: who waits gets it
            how = partial(done.set_exception, error)
        else:
            how = partial(done.set_result, answer)
        places.release()
        with contextlib.suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(tell, how)

    threading.Thread(target=ask, name="question", daemon=True).start()
    try:
        return await asyncio.wait_for(done, seconds)
    except TimeoutError as error:
        raise Unreachable(
            f"the question was not answered within {seconds:g} seconds",
            hint="ask for less: a shorter period, a prefix, a smaller part",
        ) from error


def _failed(error: IngestError, draw: Callable[[], str]) -> types.CallToolResult:
    """Return an error as an answer, between the two lines too: it may name what others wrote."""
    told = [f"error: {material.one_line(error.message)}"]
    if error.hint is not None:
        told.append(f"hint: {material.one_line(error.hint)}")
    body = "\n".join(line[: material.LONGEST] for line in told)
    text = material.framed(["ingest could not answer"], body, material.mark_for(body, draw))
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)


def _described(tool: Tool) -> types.Tool:
    """Return a tool as the protocol describes it."""
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=parameters.schema(tool.parameters),
        output_schema=_OUTPUT,
        annotations=types.ToolAnnotations(
            read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )
