"""What a question counts are the items of the list that it names."""

import pytest

from assistant.query.parse import parse_question
from assistant.retrieval.counts import read_counts
from assistant.retrieval.rank import Ranked
from assistant.types import Sentence


def item(text: str, context: str, kind: str = "item") -> Sentence:
    return Sentence.model_validate(
        {"source": "a.md", "start": 0, "end": len(text), "text": text, "passage": 1, "score": 1.0}
        | {"context": context, "kind": kind, "probability": 0.1}
    )


SOUP = item("2 carrots", "Lentil soup › Ingredients:")
CAKE = item("1 egg", "Plum cake › Ingredients:")
STEPS = item("Blend it.", "Lentil soup › Method:")
RULES = item("The board has three members.", "Rules", "paragraph")


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("How many ingredients does the lentil soup have?", SOUP),
        ("how many ingredients are in the plum cake", CAKE),
        ("How many spoons does the lentil soup have?", None),
        ("How many ingredients does the bean soup have?", None),
        ("How many members are there?", None),
        ("How many soups are there?", None),
        ("How much flour is in the plum cake?", None),
    ],
)
def test_the_list_that_is_counted_leads(question: str, best: Sentence | None) -> None:
    ranked = read_counts(parse_question(question), Ranked((), (STEPS, CAKE, SOUP, RULES), 0.1))
    assert (ranked and ranked.sentences[0].text) == (best and best.text)
    assert ranked is None or ranked.answerability >= 0.8


def test_a_count_that_is_stated_is_not_counted() -> None:
    said = item("The soup has six ingredients.", "Lentil soup", "paragraph")
    assert (
        read_counts(parse_question("How many ingredients does the soup have?"), Ranked((), (said, SOUP), 0.9)) is None
    )
