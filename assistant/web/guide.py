"""How a program asks: the leaf that shows a client for each door."""

from __future__ import annotations

from assistant.web.markup import Markup, fill

_GRADIO = """from gradio_client import Client

client = Client("{address}")
answer = client.predict("When was the ceasefire reached?", api_name="/ask")
print(answer["text"], answer["citations"])
print(client.predict("ceasefire", 3, api_name="/search"))"""

_MCP = """import asyncio
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

async def main():
    async with streamable_http_client("{address}mcp") as (read, write, _):
        async with ClientSession(read, write) as session:
            await session.initialize()
            answer = await session.call_tool("ask", {{"question": "When was the ceasefire reached?"}})
            print(answer.structuredContent["text"])

asyncio.run(main())"""

_STDIO = '{{"mcpServers": {{"assistant": {{"command": "assistant", "args": ["mcp"]}}}}}}'


def guide_html(address: str) -> Markup:
    """Examples for a page served at ``address``, which ends with a slash."""
    return fill(
        "<h2>For programs</h2><p>The same answers as on this page, as JSON: every claim with its citations, verbatim "
        "quotes and their place, conflicts, passages and trace.</p>"
        "<h3>Gradio API: /ask, /search, /list_documents</h3><pre><code>{gradio}</code></pre>"
        "<h3>MCP over HTTP: tools ask, search, list_documents</h3><pre><code>{mcp}</code></pre>"
        "<h3>MCP over stdio</h3><p>In the settings of an MCP client:</p><pre><code>{stdio}</code></pre>",
        gradio=_GRADIO.format(address=address),
        mcp=_MCP.format(address=address),
        stdio=_STDIO.format(),
    )
