"""The API: three functions, offered through Gradio and through MCP over HTTP and stdio."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

from mcp.types import CallToolResult, TextContent
from pydantic import TypeAdapter, ValidationError

from assistant.api import Assistant
from assistant.errors import AssistantError, QuestionError
from assistant.types import Answer, Filter, IndexedDocument, Passage, Turn
from assistant.web.guard import without_paths

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

Result = TypeVar("Result")

NAMES = ("ask", "search", "list_documents")
"""The names of all endpoints and tools."""

MOST_PASSAGES = 100

_TURNS = TypeAdapter(tuple[Turn, ...])
_PASSAGES = TypeAdapter(tuple[Passage, ...])
_DOCUMENTS = TypeAdapter(tuple[IndexedDocument, ...])


class Endpoints(NamedTuple):
    """The functions in the form that Gradio needs: plain JSON in and out."""

    ask: Callable[..., Any]
    search: Callable[..., Any]
    list_documents: Callable[..., Any]


def endpoints(assistant: Assistant) -> Endpoints:
    """What the Gradio API serves at ``/ask``, ``/search`` and ``/list_documents``."""
    import gradio as gr

    def guarded(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except (AssistantError, ValidationError, ValueError) as exc:
            raise gr.Error(_message(exc), print_exception=False) from exc

    def ask(
        question: str,
        history: list[dict[str, str]] | None = None,
        sources: list[str] | None = None,
        since: str = "",
        until: str = "",
    ) -> dict[str, Any]:
        """Answer a question from the documents, every sentence cited word by word.

        Args:
            question: The question, as a reader would ask it.
            history: The conversation before it: a list of {"role": "user" or "assistant", "text": "..."}.
            sources: Only these documents or folders, by their source.
            since: Only documents published on or after this day, YYYY-MM-DD.
            until: Only documents published on or before this day, YYYY-MM-DD.

        Returns:
            The Answer: text, outcome, claims with citations, conflicts, passages and trace.
        """
        return guarded(  # type: ignore[no-any-return]
            lambda: assistant.ask(
                question,
                _TURNS.validate_python(history or []),
                Filter(sources=tuple(sources or ()), since=_day(since), until=_day(until)),
            ).model_dump(mode="json")
        )

    def search(question: str, limit: float = 10) -> list[dict[str, Any]]:
        """Find the passages that most likely answer a question, without writing an answer.

        Args:
            question: The question, or words to look for.
            limit: How many passages at most, up to 100.

        Returns:
            Passages with text, place, source, title, publisher, date and score, best first.
        """
        return guarded(  # type: ignore[no-any-return]
            lambda: _PASSAGES.dump_python(assistant.search(question, _limit(limit)), mode="json")
        )

    def list_documents() -> list[dict[str, Any]]:
        """List the indexed documents with title, publisher, date and number of passages."""
        return guarded(  # type: ignore[no-any-return]
            lambda: _DOCUMENTS.dump_python(assistant.documents(), mode="json")
        )

    return Endpoints(ask, search, list_documents)


def mcp_server(assistant: Assistant) -> FastMCP:
    """An MCP server with the three tools; their results are typed and come with an output schema."""
    from anyio import to_thread
    from mcp.server.fastmcp import FastMCP
    from mcp.server.fastmcp.exceptions import ToolError
    from mcp.server.transport_security import TransportSecuritySettings

    server = FastMCP(
        "assistant",
        instructions="Answers questions about a folder of documents. Every sentence of an answer is cited word by "
        "word; when the documents do not hold the answer, the outcome is not_in_documents.",
        log_level="WARNING",
        stateless_http=True,
        json_response=True,
        # Hosts and origins are checked for the whole application by guard.Guard.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )

    async def guarded(work: Callable[[], Result]) -> Result:
        """The result of ``work``, run in a thread so that the page is served meanwhile. Errors become safe messages."""
        try:
            return await to_thread.run_sync(work)
        except AssistantError as exc:
            raise ToolError(_message(exc)) from exc

    @server.tool()
    async def ask(
        question: str,
        history: list[Turn] | None = None,
        sources: list[str] | None = None,
        since: date | None = None,
        until: date | None = None,
    ) -> Annotated[CallToolResult, Answer]:
        """Answer a question from the documents, every sentence cited word by word.

        Use it for any question the documents may hold the answer to. ``outcome`` tells whether they do: answered,
        partial, conflicting (the sources disagree, see ``conflicts``) or not_in_documents. Quote ``text`` with its
        markers [1], [2]; each stands for an entry of ``citations`` with the verbatim quote, its source and date. The
        last text is the answer as it is shown to a reader; of a refusal it says what was looked for and names the
        nearest documents.

        Args:
            question: The question, as a reader would ask it.
            history: The conversation before it, oldest turn first.
            sources: Only these documents or folders, by their source.
            since: Only documents published on or after this day.
            until: Only documents published on or before this day.
        """
        where = Filter(sources=tuple(sources or ()), since=since, until=until)
        answer = await guarded(lambda: assistant.ask(question, tuple(history or ()), where))
        # Clients that know no structured content expect it in the first text.
        texts = (answer.model_dump_json(), str(answer))
        return CallToolResult(
            content=[TextContent(type="text", text=text) for text in texts],
            structuredContent=answer.model_dump(mode="json"),
        )

    @server.tool()
    async def search(question: str, limit: int = 10) -> list[Passage]:
        """Find the passages that most likely answer a question, best first, without writing an answer.

        Use it to read around a topic, or when ``ask`` found nothing. Each passage has its text, its place in the
        document, source, title, publisher, date and score.

        Args:
            question: The question, or words to look for.
            limit: How many passages at most, up to 100.
        """
        return await guarded(lambda: list(assistant.search(question, _limit(limit))))

    @server.tool()
    async def list_documents() -> list[IndexedDocument]:
        """List the indexed documents: source, title, publisher, date, length and number of passages."""
        return await guarded(lambda: list(assistant.documents()))

    return server


def stdio(assistant: Assistant) -> None:
    """Serve MCP on stdin and stdout until the client goes."""
    mcp_server(assistant).run("stdio")


def _limit(limit: float) -> int:
    if not 1 <= limit <= MOST_PASSAGES:
        raise QuestionError(f"The limit is {limit!r}; between 1 and {MOST_PASSAGES} passages can be had.")
    return int(limit)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _message(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "An argument is not what it has to be: " + error.errors(include_url=False)[0]["msg"]
    return without_paths(str(error))
