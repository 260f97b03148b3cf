"""Forms: a field that answers is shown with what names its form, and with the same field of other forms."""

import pytest

from assistant.answering.records import records
from assistant.query.parse import parse_question
from assistant.types import Sentence

FORMS = {
    "1.txt": ("Name: Yusuf Demir", "Course: Tuesday", "Level: beginner"),
    "2.txt": ("Name: Clara Voss", "Course: Thursday", "Level: advanced"),
    "3.txt": ("Name: Mina Okoro", "Course: Thursday", "Level: beginner"),
}
FIELDS = [
    Sentence(source=source, start=at * 50, end=at * 50 + len(said), text=said, kind="field", passage=1, score=0.0)
    for source, form in FORMS.items()
    for at, said in enumerate(form)
]


def shown(question: str, best: str) -> list[str]:
    """What is shown of the forms where the first field that says ``best`` answers best."""
    found = next(field for field in FIELDS if field.text == best)
    return [field.text for field in records(parse_question(question), found, FIELDS)]


def test_who_is_answered_by_the_names_of_all_forms_with_the_field() -> None:
    assert shown("Who is in the Thursday course?", "Course: Thursday") == [
        "Name: Clara Voss",
        "Course: Thursday",
        "Name: Mina Okoro",
        "Course: Thursday",
    ]


def test_which_is_answered_likewise() -> None:
    assert shown("Which applicants are advanced?", "Level: advanced") == ["Name: Clara Voss", "Level: advanced"]


@pytest.mark.parametrize(
    ("question", "best"), [("When is the course?", "Course: Thursday"), ("Who takes part?", "Name: Clara Voss")]
)
def test_a_field_that_says_enough_stays_alone(question: str, best: str) -> None:
    assert shown(question, best) == []
