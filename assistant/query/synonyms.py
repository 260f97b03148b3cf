"""Asks in the documents' words: "kids" as "children", where the documents have only the latter.

Some everyday words are also known in German, French and Spanish, so that English questions reach such documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.english.tokens import is_stopword, stem, words
from assistant.ports import CondensedQuestion, StoredChunk
from assistant.query.substitute import Reading, substituted

_GROUPS = """
sick, ill, unwell | remotely, from home | holidays, vacation, annual leave | kids, children
hurt, injured, wounded | phone, telephone | mobile, cellphone | email, e-mail | buy, purchase
shop, store | flat, apartment | car, vehicle | lift, elevator
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
_GLOSSARY = """
founded, gegründet, fondé, fondée, fundado, fundada | chairs, vorsitzende, vorsitzender, leitet, préside, preside
chair, vorsitzende, vorsitzender, président, présidente, presidente | members, mitglieder, membres, miembros
member, mitglied, membre, miembro | pay, zahlen, bezahlen, zahlt, paient, paye, pagan, paga | price, preis, prix, precio
cost, kostet, kosten, coûte, coûtent, cuesta, cuestan | open, geöffnet, öffnet, ouvert, ouverte, ouvre, abierto, abre
closed, geschlossen, fermé, fermée, cerrado, cerrada | meeting, sitzung, versammlung, treffen, réunion, reunión
decided, beschlossen, beschloss, décidé, décide, decidió | rent, miete, loyer, alquiler
tenant, mieter, mieterin, locataire, inquilino | landlord, vermieter, vermieterin, propriétaire, bailleur, propietario
deposit, kaution, dépôt, fianza | treasurer, kassenwart, kassenwartin, kassiererin, kassierer, trésorier, tesorero
secretary, schriftführer, schriftführerin, secrétaire, secretario, secretaria | president, präsident, präsidentin
school, schule, école, escuela | library, bücherei, bibliothek, bibliothèque, biblioteca | phone, telefon, téléphone
roof, dach, toit, tejado | garden, garten, jardin, jardín | notice, kündigungsfrist, préavis, preaviso
next, nächste, nächster, prochaine, prochain, próxima, próximo | absent, fehlte, entschuldigt, ausente
fee, beitrag, gebühr | owner, eigentümer, eigentümerin, besitzer, propriétaire, dueño
built, gebaut, erbaut, construit, construido | begin, beginnt, commence, empieza, comienza | end, endet, finit, termina
repair, reparatur, réparation, reparación | club, verein, association, asociación
contract, vertrag, contrat, contrato | house, haus, maison, casa
water, wasser, eau, agua | director, direktor, direktorin, leiter, leiterin, directeur, directrice, directora
week, woche, semaine, semana | street, straße, rue, calle | ticket, eintritt, entrée, billet, entrada
children, kinder, enfants, niños | visitors, besucher, visiteurs, visitantes | budget, haushalt, presupuesto
bought, gekauft, acheté, comprado | sold, verkauft, vendu, vendido | elected, gewählt, élu, élue, elegido, elegida
"""
_WORDS_OF_ONE_MEANING = tuple(
    tuple(said.strip() for said in group.split(","))
    for group in re.split(r"[|\n]", f"{_GROUPS}|{_GLOSSARY}")
    if group.strip()
)


def _by_stem() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in _WORDS_OF_ONE_MEANING:
        for said in group:
            others = tuple(other for other in group if other != said)
            found[stem(said)] = tuple(dict.fromkeys((*found.get(stem(said), ()), *others)))
    return found


_OTHERS = _by_stem()
_PLAIN = frozenset(said for group in _WORDS_OF_ONE_MEANING for said in group)


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
    written = {stem(word.text): word.text.lower() for word in words(text)}
    lower = text.lower()
    return substituted(
        question,
        (
            Reading(word.start, word.end, meant)
            for word in doubted
            if stem(word.text) not in written and (meant := _said(word.text.lower(), written, lower)) is not None
        ),
    )


def _said(word: str, written: dict[str, str], text: str) -> str | None:
    """The first word or phrase of the same meaning as ``word`` that a text has.

    In its plain form if ``word`` is in its own, so that "did it start" becomes "did it begin", else as it is written.
    """
    for other in _OTHERS[stem(word)]:
        if " " in other and other in text:
            return other
        if stem(other) in written and " " not in other:
            return other if word in _PLAIN else written[stem(other)]
    return None
