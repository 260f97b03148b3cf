"""``assistant mcp``: the tools for an MCP client, over stdin and stdout."""

from __future__ import annotations

from importlib.util import find_spec

import typer

from assistant.cli.opening import ready, settings_from
from assistant.cli.options import IndexDir, WriterName
from assistant.cli.screen import Screen
from assistant.errors import ConfigError


def mcp(context: typer.Context, index: IndexDir = None, writer: WriterName = None) -> None:
    """Serve the tools ask, search and list_documents to an MCP client over stdin and stdout."""
    if find_spec("mcp") is None:
        raise ConfigError("The MCP server is not installed. `pip install 'assistant[chat]'`")
    from assistant.web.programs import stdio

    with ready(context, settings_from(index, writer), Screen()) as assistant:
        stdio(assistant)
