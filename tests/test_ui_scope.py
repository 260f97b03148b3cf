"""The chips above the box, and the form with what there is to choose from."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
from assistant.conversations import EVERYTHING
from assistant.types import IndexedDocument
from assistant.web.scope import scope_html


def test_a_folder_counts_the_documents_of_the_folders_in_it() -> None:
    sources = ("press/2025/spring/a.md", "press/2025/b.md", "press/c.md", "d.md")
    documents = [IndexedDocument(source=each, title=each, characters=1, passages=1) for each in sources]
    html = scope_html(EVERYTHING, documents)
    listed = re.findall(r'value="([^"]+)"><span dir="auto">[^<]*</span> <small>folder · (\d)', html)
    assert listed == [("press", "3"), ("press/2025", "2"), ("press/2025/spring", "1")]
