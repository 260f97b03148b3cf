"""Asks in the documents' words: "kids" as "children", where the documents have only the latter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.english.tokens import fold, is_stopword, stem, words
from assistant.ports import CondensedQuestion, StoredChunk

_GROUPS = """
sick, ill, unwell | remotely, from home | holidays, vacation, annual leave | kids, children
hurt, injured, wounded | phone, telephone | mobile, cellphone | email, e-mail | buy, purchase
begin, start, commence | end, finish | shop, store | flat, apartment | car, vehicle | lift, elevator
boss, manager, supervisor | doctor, physician | lawyer, attorney, solicitor | salary, wage, pay
rubbish, trash, garbage, waste | bike, bicycle | toilet, restroom, bathroom, lavatory | film, movie
picture, photo, photograph | repair, fix, mend | quit, resign, step down | job, occupation, profession
wife, spouse | husband, spouse | pupils, students | teacher, instructor | company, firm | contest, competition
forbidden, prohibited, banned | allowed, permitted | luggage, baggage | guarantee, warranty | supper, dinner
required, needed, mandatory, compulsory | refund, reimburse, reimbursement | cancelled, called off
postponed, delayed, put off | owner, proprietor | chair, chairman, chairwoman, chairperson
chairs, chaired, chairman, chairwoman, chairperson | join, sign up, register, enrol | landlord, lessor
tenant, lessee | staff, employees, personnel, workers | visitors, guests | drinks, beverages
caretaker, janitor | pharmacy, chemist | wifi, wi-fi, wlan | tv, television | fridge, refrigerator
queue, line | petrol, fuel | boat, vessel, ship | frozen, freezes, freezer | absent, missing, apologies
blaze, fire | booking, reservation | bill, invoice
founded, established, set up | moved, relocated | killed, died, dead | stolen, theft, burglary
wide, width, across | tall, height | deep, depth | heavy, weight, weigh | living, occupation | purpose, aim
remuneration, salary
"""
_WORDS_OF_ONE_MEANING = tuple(
    tuple(said.strip() for said in group.split(",")) for group in re.split(r"[|\n]", _GROUPS.strip())
)


def _by_stem() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _WORDS_OF_ONE_MEANING:
        for said in group:
            others = tuple(other for other in group if other != said)
            found[stem(said)] = tuple(dict.fromkeys((*found.get(stem(said), ()), *others)))
    return found


_OTHERS = _by_stem()


def in_their_words(question: str, found: Sequence[StoredChunk], elsewhere: Callable[[str], bool]) -> CondensedQuestion:
    """``question`` with words that ``found`` lacks as it says them, and a note about each.

    A word is changed only if neither ``found`` nor any other document has it (``elsewhere``), and ``found`` has another
    one of the same meaning.
    """
    doubted = [
        word
        for word in words(question)
        if stem(word.text) in _OTHERS and not is_stopword(word.text) and not elsewhere(word.text)
    ]
    if not doubted:
        return CondensedQuestion(question)
    text = " ".join(f"{stored.metadata.header} {stored.chunk.text}" for stored in found)
    written = {stem(word.text): fold(word.text) for word in words(text)}
    read, notes, end = "", [], 0
    for word in doubted:
        if stem(word.text) in written or (meant := _said(_OTHERS[stem(word.text)], written, text.lower())) is None:
            continue
        read += question[end : word.start] + meant
        end = word.end
        notes.append(f'read "{word.text}" as "{meant}"')
    return CondensedQuestion(read + question[end:], tuple(dict.fromkeys(notes)))


def _said(others: Sequence[str], written: dict[str, str], text: str) -> str | None:
    """The first of several words or phrases that a text has, as it is written there."""
    for other in others:
        if " " in other and other in text:
            return other
        if stem(other) in written and " " not in other:
            return written[stem(other)]
    return None
