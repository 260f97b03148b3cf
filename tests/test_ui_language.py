"""The catalogue of the page's texts: every text is there in English, and says the same figures in each language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("gradio", reason="the extra 'chat' is not installed")
import assistant.web
from assistant.web.page import languages

WEB = Path(assistant.web.__file__).parent
CATALOGUE = json.loads((WEB / "languages.json").read_text(encoding="utf-8"))
TEXTS = CATALOGUE["texts"]


def test_each_text_is_there_in_each_language() -> None:
    made = languages().translations
    assert list(made) == CATALOGUE["languages"] == ["de", "fr", "es"]
    assert all(made[language].keys() == TEXTS.keys() for language in made)
    assert made["de"]["Ask again"] == "Noch einmal fragen"


@pytest.mark.parametrize("text", TEXTS)
def test_a_translation_says_the_same_figures(text: str) -> None:
    assert len(TEXTS[text]) == len(CATALOGUE["languages"])
    assert all(said.strip() and said.count("{}") == text.count("{}") for said in TEXTS[text])


def test_no_text_is_translated_that_the_page_does_not_say() -> None:
    files = [*WEB.rglob("*.*"), *(WEB.parent / name for name in ("types.py", "render.py", "settings.py"))]
    every = " ".join(file.read_text(encoding="utf-8") for file in files if file.suffix in (".py", ".html", ".js"))
    said = (every + re.sub(r"<[^>]+>", " ", every)).casefold()
    for text in TEXTS:
        pieces = [piece.strip(" .…") for piece in text.casefold().split("{}")]
        for piece in pieces:
            singular = piece.split(" ")[0].removesuffix("s")
            assert piece in said or singular in said, text
