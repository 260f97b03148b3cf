"""Short documents for tests: two papers that disagree about a ferry, and one on something else."""

from pathlib import Path

DOCUMENTS = {
    "courier.md": """---
title: Ferry strikes the pier
publisher: Vellan Courier
published: 2025-03-12
---
A passenger ferry struck the east pier at Port Vellan on Wednesday. The collision hurt 12 passengers, the harbour
office said. Captain Lena Storrow was at the wheel of the ferry. The ferry was carrying 211 passengers.
""",
    "herald.md": """---
title: More hurt than first thought
publisher: Osterby Herald
published: 2025-03-14
---
The collision at Port Vellan hurt 19 passengers, the health service said on Friday. A trainee mate was steering the
ferry, two sailors told the Herald. Divers will look at the hull next week.
""",
    "bakery.txt": (
        "The bakery on Mill Lane sells rye bread. It opens at seven. Marta Olsen founded the bakery in 1987.\n"
    ),
}

ASKED = "Who was at the wheel of the ferry?"
"""A question that one of the papers answers, word for word."""


def write_documents(folder: Path) -> Path:
    """The stories as files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text)
    return folder
