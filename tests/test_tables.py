"""Rows of tables are read by their cells: by name and column, by the most or the least, by comparing two."""

from collections.abc import Callable

import pytest

from assistant.answering.order import deciding_first
from assistant.english.comparison import comparison
from assistant.query.parse import parse_question
from assistant.retrieval.rank import Ranked
from assistant.retrieval.tables import read_tables
from assistant.types import Block, Document, Quotation, Sentence, Span

Ask = Callable[[str], Ranked]
COLUMNS = ("Boat", "Length", "Built", "Skipper", "Day hire", "Week hire", "Toilet")
ROWS = (
    ("Heron", "7.2 m", "1998", "Ola Berg", "€40.00", "€210.00", "yes"),
    ("Grey Gull", "9.5 m", "2011", "Ina Moe", "€65.00", "€330.00", "no"),
    ("Tern", "5.1 m", "2004", "Ola Berg", "€25.00", "", "no"),
    ("Total", "", "", "", "€130.00", "€540.00", ""),
)


def table() -> Document:
    text, blocks = "", []
    for row in ROWS:
        start, cells = len(text), []
        for cell in row:
            cells.append(Span(len(text), len(text) + len(cell)))
            text += f"{cell} | "
        blocks.append(Block(kind="row", start=start, end=len(text), columns=COLUMNS, cells=tuple(cells)))
        text += "\n"
    return Document(source="boats.md", title="Boats", text=text, blocks=tuple(blocks))


@pytest.fixture
def ask() -> Ask:
    document = table()
    sentences = tuple(
        Sentence(
            source="boats.md",
            start=block.start,
            end=block.end,
            text=document.text[block.start : block.end],
            kind="row",
            reading=" · ".join(f"{c}: {v}" for c, v in zip(COLUMNS, row, strict=True) if v),
            passage=1,
            score=1.0 - at,
            probability=0.3,
        )
        for at, (block, row) in enumerate(zip(document.blocks, ROWS, strict=True))
    )

    def read(question: str) -> Ranked:
        return read_tables(parse_question(question), Ranked((), sentences, 0.3), lambda _: document)

    return read


def first_cells(ranked: Ranked) -> list[str]:
    """The first cells of the rows that are likely to answer, in order."""
    return [s.text.split(" | ")[0] for s in ranked.sentences if s.probability > 0.5]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("How long is the day hire of the Grey Gull?", ["Grey Gull"]),
        ("Who is the skipper of the Tern?", ["Tern"]),
        ("Which boat is the longest?", ["Grey Gull"]),
        ("oldest boat", ["Heron"]),
        ("Which is the newest boat?", ["Grey Gull"]),
        ("Which boat is cheapest for day hire?", ["Tern"]),
        ("Which of Ola Berg's boats is the longest?", ["Heron"]),
        ("Which is longer, the Heron or the Grey Gull?", ["Grey Gull", "Heron"]),
        ("What do we know of Ola Berg?", ["Heron", "Tern"]),
        ("What is the grand total of day hire?", ["Total"]),
    ],
)
def test_the_rows_that_a_question_names_or_compares_come_first(ask: Ask, question: str, rows: list[str]) -> None:
    ranked = ask(question)
    assert first_cells(ranked) == rows
    assert ranked.answerability >= 0.8


@pytest.mark.parametrize(
    "question",
    [
        "Who painted the Tern?",
        "Which boat has the most berths?",
        "Who is the skipper of the Tern in Bergen?",
        "Which boats does Ola Berg have?",
    ],
)
def test_what_no_cell_or_column_tells_is_left_as_it_was(ask: Ask, question: str) -> None:
    assert ask(question).answerability == 0.3


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("How many boats are there?", id="no-count"),
        pytest.param("What is the week hire of the Tern?", id="empty-cell"),
        pytest.param("What is the day hire of the Petrel?", id="no-such-row"),
    ],
)
def test_what_the_table_does_not_hold_is_unlikely_to_be_answered(ask: Ask, question: str) -> None:
    assert ask(question).answerability < 0.1


def test_a_row_that_is_named_leads_although_a_sentence_seems_likelier(ask: Ask) -> None:
    row, *rows = ask("boats").sentences
    prose = row.model_copy(update={"kind": "paragraph", "reading": "", "start": 900, "end": 930, "score": 9.0})
    ranked = Ranked((), (prose, row, *rows), 0.3)
    read = read_tables(parse_question("Who is the skipper of the Grey Gull?"), ranked, lambda _: table())
    assert first_cells(read) == ["Grey Gull"]


@pytest.mark.parametrize(
    ("question", "rows"),
    [("Which boats have a toilet?", ["Heron"]), ("Which boats have no toilet?", ["Grey Gull", "Tern"])],
)
def test_a_column_of_yes_and_no_tells_which(ask: Ask, question: str, rows: list[str]) -> None:
    assert first_cells(ask(question)) == rows


def test_compared_rows_are_ordered_by_the_column_that_decides(ask: Ask) -> None:
    heron, gull, *_ = ask("boats").sentences
    shown = [Quotation(sentences=(one,)) for one in (heron, gull)]
    ordered = deciding_first("Which was built later, the Heron or the Grey Gull?", shown)
    assert [quotation.best for quotation in ordered] == [gull, heron]


@pytest.mark.parametrize(
    ("text", "sign", "superlative"),
    [
        ("Which tent is the lightest?", -1, True),
        ("the least expensive plan", -1, True),
        ("Who sold more than Ann?", 1, False),
        ("the most recent one", 1, True),
    ],
)
def test_which_way_a_text_compares(text: str, sign: int, superlative: bool) -> None:
    compared = comparison(text)
    assert compared is not None
    assert (compared.sign, compared.superlative) == (sign, superlative)


@pytest.mark.parametrize("text", ["at least two", "most of them", "from the highest to the lowest", "What is it?"])
def test_a_text_that_does_not_compare_one_way(text: str) -> None:
    assert comparison(text) is None
