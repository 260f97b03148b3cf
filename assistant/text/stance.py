"""Whether two sentences that answer one yes-or-no question answer it alike, or one says yes and the other no.

What a sentence says is read off the words it shares with the question, each affirmed or denied by the negations that
reach it, and off words that mean the opposite of the question's. Nothing is parsed: a scan goes over the words once,
and once more over a clause whose negation reaches back.

The shorter the text, the better: on invented reports (``eval/practice``, the half of the questions that nothing here
was tuned on) the answering words alone tell sides apart with an AUROC of 0.75, the whole sentences that hold them 0.66.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from assistant.text.numbers import Quantity, is_vague, quantities, same_value
from assistant.text.questions import parse_question
from assistant.text.tokens import STOPWORDS, is_stopword, stem

# --- how much each sign counts --------------------------------------------------------------------

# Fitted by ``python -m benchmarks.fit_stance`` on the even lines of eval/practice/gold/dev.jsonl, drawn towards
# weights set by hand, with both outcomes made equally likely. In the order of ``Evidence`` and ``Likeness``.
WEIGHTS = (1.05, 0.26, 0.26, 0.29)
BIAS = -0.8
PRODUCT = 1.77
LIKENESS = (-0.85, -0.25, 0.44)
OFFSET = 0.04

SETTLED = 2.5
"""What counts instead, set by hand, where both sentences take one of two options or give figures to compare."""

NAME = 0.3
"""What a name counts beside another word: who it was about is rarely what sources disagree on."""

ALIKE = 0.7
"""What another word for the same thing counts beside the word itself."""

ELSEWHERE = 0.15
"""What a clause counts that shares nothing with the question."""

LONGEST = 60
"""Words of a clause after which another begins: no text of a million words may be gone over time and again."""

REPEATS = 8
"""How often a word is looked at that a text repeats."""


class Evidence(NamedTuple):
    """What speaks for yes (above 0) and no (below) in a sentence, each from -1 to 1.

    ``shared``: the question's words in it; ``poles``: words that mean what the question's do, or the opposite;
    ``clause``: its clauses, those that share most with the question foremost; ``parity``: whether it denies an even
    number of times. ``settled``: what its figures or options say, which stands for all of them; 0 if nothing.
    """

    shared: float
    poles: float
    clause: float
    parity: float
    settled: float


class Likeness(NamedTuple):
    """How far two sentences say the same of what both speak of, from -1 to 1; and how much that is, from 0 to 1."""

    shared: float
    poles: float
    size: float


def differs(question: str, one: str, other: str) -> float:
    """From -1 (they say the same) to 1 (one says yes and the other no) for two texts that both answer ``question``.

    0 where it cannot be told. Above 0.5, 91 of 100 pairs of answering words differ, and 80 of whole
    sentences, where 2 of 3 of all pairs do.
    """
    first, second = evidence(question, one), evidence(question, other)
    product = _belief(first) * _belief(second)
    if first.settled and second.settled:
        return math.tanh(-SETTLED * product / 2)
    alike = sum(weight * value for weight, value in zip(LIKENESS, likeness(one, other), strict=True))
    return math.tanh((OFFSET + alike - PRODUCT * product) / 2)


def stance(question: str, sentence: str) -> float:
    """From -1 (``sentence`` says no to the yes-or-no ``question``) to 1 (yes).

    Where the question offers two things, 1 is the first and -1 the second.
    """
    return _belief(evidence(question, sentence))


def evidence(question: str, sentence: str) -> Evidence:
    """What ``sentence`` says to ``question``, sign by sign."""
    asked, told = _read(question), _read(sentence)
    poles = _poles(asked.terms, told.terms)
    shared = _shared(asked.terms, told.terms, poles)
    answers = [_answer(i, clause, asked, poles) for i, clause in enumerate(told.clauses)]
    weights = [ELSEWHERE + shared.clauses.get(i, 0.0) for i in range(len(answers))]
    # The question's own way counts once, however many clauses there are.
    parity = math.prod(answers) * (asked.way if len(answers) % 2 == 0 else 1)
    return Evidence(
        math.tanh(shared.score),
        math.tanh(sum(poles.values())),
        sum(weight * answer for weight, answer in zip(weights, answers, strict=True)) / sum(weights),
        float(parity),
        _option_taken(question, told.terms) or _figures(question, sentence),
    )


def likeness(one: str, other: str) -> Likeness:
    """How far two sentences say the same, whatever was asked."""
    # One order for both, so that it makes no difference which comes first.
    first, second = (_read(text).terms for text in sorted((one, other)))
    poles = _poles(first, second)
    shared = _shared(first, second, poles)
    return Likeness(math.tanh(shared.score), math.tanh(sum(poles.values())), math.tanh(shared.size))


def _belief(found: Evidence) -> float:
    if found.settled:
        return found.settled
    return math.tanh(BIAS + sum(weight * value for weight, value in zip(WEIGHTS, found[:-1], strict=True)))


# --- words ----------------------------------------------------------------------------------------

# On each line, words that say yes of one thing, and those that say no. A word may stand on several lines. Only words
# that keep their sense in most sentences: "left" beside "right", or "used" beside "new", would do more harm than good.
_OPPOSITES = """
    alive living survive survived survivor survivors rescued saved : dead died die dies dying death deaths killed kill
        killing perished drowned fatal lost
    unhurt unharmed uninjured unscathed : hurt injured injury injuries wounded burned burnt burns harmed
    open opened opens reopened reopen : closed close closes shut closing sealed barred locked
    agree agreed agrees agreement accept accepted consent consented approve approved approval backed endorsed willing
        : refuse refused refuses refusal reject rejected decline declined disagree oppose opposed turned-down vetoed
    kept keep held hold holds honoured observed respected obeyed complied : violated violate violation broke broken
        breach breached infringed ignored flouted defied
    before beforehand earlier previously ahead prior : after afterwards later late thereafter
    early punctually timely : late delayed overdue belated
    begin began begun start started starts resume resumed launched : stop stopped stops end ended ends halted ceased
        suspended cancelled abandoned
    continue continued continues remain remained remains stay stayed retained : stop stopped end ended left leave
        withdrew withdrawn resigned abandoned abandon quit suspended cancelled
    enter entered come came arrive arrived attend attended present joined : left leave absent away missed departed
    working worked works functioning intact operational running operation : broken defective faulty failed fail failure
        malfunctioned broke idle down standstill
    sound fine undamaged intact : damaged destroyed damage faulty defective leaking cracked
    true real genuine authentic correct accurate right : false untrue fake faked forged forgery invented invention lie
        wrong fabricated hoax myth fiction
    legal lawful legally lawfully legitimate permitted allowed : illegal unlawful illegally unlawfully banned forbidden
        prohibited
    allowed permitted let permit permission : forbidden banned prohibited barred refused prevented blocked
        denied
    safe secure harmless safely : dangerous unsafe danger harmful risk poisonous toxic
    clean pure uncontaminated : dirty contaminated contamination polluted traces unclean tainted
    full complete completely entirely whole all every both everyone everybody each entire unanimous unanimously
        : partial partly part only some half empty incomplete
    known knew know aware informed told notified warned warning alerted learned : unaware ignorant secret surprise
        surprised unknown uninformed
    admit admitted admits confessed confess acknowledged confirmed conceded owned-up : denied deny denies disputed
        disputes contested
    confirmed confirm proved proven established : refuted disproved unfounded baseless unproven unconfirmed
    rise rose risen increase increased grew grown raised higher : fall fell fallen decrease decreased shrank cut
        lowered lower reduced dropped
    win won victory victorious : lose lost defeat defeated
    succeed succeeded success successful passed carried adopted managed : fail failed failure fails unsuccessful
        rejected defeated
    guilty convicted condemned : innocent acquitted cleared
    arrested detained jailed imprisoned custody : released freed free
    voluntarily voluntary willingly volunteered freely will : forced compelled ordered dismissed sacked fired suspended
        coerced
    deliberate deliberately intentional intentionally intended purpose : accident accidental accidentally mistake
    person face-to-face face meeting met : phone telephone telephoned call letter letters email online video radio
        correspondence
    direct directly : indirect indirectly intermediary mediator go-between
    public publicly openly : private privately secret secretly
    new : second-hand secondhand worn
    same identical unchanged : different changed another
    dry : wet rain snow snowy ice icy damp flooded
    sober : drunk drinking alcohol intoxicated drank drunken
    armed weapon weapons armoured : unarmed
    military soldier soldiers troops militants fighters combatant combatants : civilian civilians
    peaceful peacefully calm : violent violence violently
    temporary temporarily limited interim until : permanent permanently indefinitely unlimited
    paid pay pays payment : unpaid
    possible able : impossible unable
    necessary required obliged compulsory must mandatory : optional unnecessary voluntary
    sufficient enough : insufficient inadequate
    human manual manually : automatic automatically
    inside within indoors : outside outdoors
    present presence : absent absence
    sign signed : unsigned
    guarded watched supervised guard : unguarded unattended unsupervised
    connected linked related : unrelated unconnected independent
    buy bought purchase purchased : sold sell rented
    include included includes including contained among : excluded exclude except omitted
    planned foreseen expected : unexpected unplanned unforeseen
    healthy recovered : ill sick
    publish published disclosed revealed : withheld concealed hidden hid kept-secret
"""

# Other words for the same thing or act.
_ALIKE = """
    phone telephone telephoned phoned rang call called
    pay paid payment ransom money sum bribe fee
    tell told inform informed notify notified notice warn warned warning alert alerted
    meet met meeting talks talk spoke speak spoken conversation conversations encounter
    fire fired shoot shot shooting launched launch
    strike struck hit hits attack attacked
    push pushed shove shoved shoving pushing
    help helped aid assisted
    kill killed killing death died dead
    buy bought purchase purchased acquired
    find found discovered detected discover notice noticed spotted
    cause caused blame blamed culprit responsible responsibility
    take took part involved participate participated
    boss chief head director leader
    child children pupils pupil kids
    ship ships vessel vessels boat boats
    plane airplane aircraft
    car vehicle vehicles bus lorry truck
    police officer officers policeman policemen
    weapon weapons gun guns cannon artillery
    paper document documents
    order ordered orders instructed told command
    ask asked request requested
    alarm siren signal warning
    attack bombing assault raid
    permit permission allowed licence
    stay stayed remain remained
    trial tried court charge charged
    appeal appealed
    ceasefire truce
    sack sacked dismissed fired
    choose chose chosen decide decided decision
    picture photograph photo image
    journalist journalists reporter reporters
    say said claim claimed state stated declared
    copy copied infringed plagiarised
    sunk sank sink lost
    swap swapped exchange exchanged
    rob robbed plundered looted robbers stolen stole theft
    clean cleaned washed
    examine examined inspect inspected inspector inspection visited
    give gave given handed hand
    fight fought fighting clash
"""

_DIGITS = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True)
)
_BEING = frozenset("is are was were been be being".split())
_AUXILIARIES = _BEING | frozenset("do does did has have had can could will would shall should may might must".split())
_CONTRACTED = re.compile(r"(?:is|are|was|were|do|does|did|has|have|had|ca|could|wo|would|should|must|need)n['’]?t\Z")
_NEGATORS = frozenset(
    "not never no nobody none neither nothing nowhere without cannot nil hardly scarcely barely no-one".split()
)
# These deny what stands before them as well: "he paid nothing", "they found no trace".
_REACHING_BACK = frozenset("no nobody none nothing nowhere no-one neither nil cannot".split())
# "Not only", "no doubt", "nothing but", "no fewer than", "no sooner", "not until May": no denial.
_NO_DENIAL = {
    "not": frozenset("only just merely least surprisingly".split()),
    "no": frozenset("doubt fewer less sooner wonder matter".split()),
    "nothing": frozenset({"but", "less"}),
    "none": frozenset({"other"}),
}
# What is not done: denies what follows in its clause.
_FAILURES = frozenset(
    stem(word)
    for word in """fail failed fails refuse refused refuses decline declined unable lack lacked lacking avoid avoided
        prevent prevented forgot neglected omitted impossible incapable waived withdrew withdrawn forbade forbidden
        forbid prohibited instead""".split()
)
# Who says these denies the claim that follows.
_DENIALS = frozenset(
    stem(word)
    for word in """deny denied denies denying denial reject rejected rejects rejecting dismiss dismissed dismisses
        dismissing refute refuted refutes contradict contradicted contradicts disputes disputed doubt doubts doubted
        exclude excluded excludes disprove disproved contests contested rebuts rebutted disowned repudiated
        debunked""".split()
)
# What follows a denial when it is of the claim just made: "denied it", "rejected the charge".
_CLAIMS = frozenset(
    stem(word)
    for word in """it this them these claim claims charge charges accusation accusations allegation allegations
        report reports suggestion story stories assertion version rumour rumours everything account possibility
        """.split()
)
_UNTRUE = frozenset("untrue baseless unfounded groundless nonsense falsehood fabricated slander".split())
_UNTRUE_THING = frozenset("lie invention fabrication forgery hoax myth fiction fable legend tale rumour rumor".split())
_UNTRUE_BEING = frozenset("invented false wrong mistaken incorrect forged fake imaginary".split())
_UN = re.compile(r"\A(?:un(?!der|til|io|less|it|i[fqv]|cle)|non-)(?=\w{4})")
_STOPS = frozenset("stop stops stopped cease ceased quit".split())
_RULES = frozenset("rule rules ruled ruling".split())
# Read as one word. Not "turned down" as "rejected" and the like: who turns down an offer denies no claim.
_PHRASES = {
    "in time": "timely",
    "on time": "timely",
    "own free will": "voluntarily",
    "own accord": "voluntarily",
    "by mistake": "accidentally",
    "on purpose": "deliberately",
}
_PHRASE = re.compile(rf"\b(?:{'|'.join(_PHRASES)})\b", re.IGNORECASE)
_BREAKS = frozenset(
    """but while whereas although though because which who whom whose where when after before since as if unless
    despite yet however so than""".split()
)
_TOKEN = re.compile(r"[^\W_]+(?:[-.'’‑][^\W_]+)*|[,;:.!?()—–\"“”]|(?<=\s)-(?=\s)")
_HARD = frozenset(";:.!?—–-")
_SOFT = frozenset(',()"“”')
_FRAMES = frozenset(stem(w) for w in "really actually true right correct ever any still even already case".split())


def _table(text: str) -> list[tuple[list[str], list[str]]]:
    found = []
    for line in re.sub(r"\n {8}", " ", text.strip()).split("\n"):
        left, _, right = line.partition(":")
        found.append(([stem(word) for word in left.split()], [stem(word) for word in right.split()]))
    return found


def _opposites() -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for number, sides in enumerate(_table(_OPPOSITES)):
        for sign, side in zip((1, -1), sides, strict=True):
            for word in side:
                found.setdefault(word, {})[number] = sign
    return found


def _likenesses() -> dict[str, frozenset[int]]:
    found: dict[str, frozenset[int]] = {}
    for number, (group, _) in enumerate(_table(_ALIKE)):
        for word in group:
            found[word] = found.get(word, frozenset()) | {number}
    return found


_POLES: Mapping[str, Mapping[int, int]] = _opposites()
_LIKE: Mapping[str, frozenset[int]] = _likenesses()
_NONE: frozenset[int] = frozenset()
_NO_POLES: Mapping[int, int] = {}
_TRUTH = next(iter(_POLES[stem("untrue")]))

# --- what a text affirms and denies ---------------------------------------------------------------


class _Term(NamedTuple):
    """A word that carries meaning or an opposite: its stem, and 1 if the text affirms it, -1 if it denies it."""

    stem: str
    sign: int
    clause: int
    weight: float


class _Clause(NamedTuple):
    """Whether a clause affirms (1) or denies (-1), and whether what it denies is a claim made elsewhere."""

    sign: int
    bare: bool


class _Reading(NamedTuple):
    """A text taken apart. ``way``: -1 if, as a question, it asks whether something is not so or not done; ``doubted``:
    -1 if it asks whether something is untrue.
    """

    terms: tuple[_Term, ...]
    clauses: tuple[_Clause, ...]
    way: int
    doubted: int


class _Scan:
    """One pass over the words of a text; each clause is gone over once more where a negation reaches back."""

    def __init__(self) -> None:
        self.terms: list[_Term] = []
        self.clauses: list[_Clause] = []
        self.claim = 1  # what a denied claim gives to all that follows, up to a stop or "but"
        self.here = 1  # what the negations of this clause give to what follows in it
        self.bare = 1  # -1: this clause denies the claim made elsewhere
        self.first = 0
        self.way = 1
        self.heard = False  # whether this clause has any words yet
        self.that = False  # what was denied is told after "that"
        self.denied = 0  # words left in which "it" or "the charge" is what was denied
        self.opened = False
        self.last = self.last_but_one = ""

    def read(self, text: str) -> _Reading:
        for match in _TOKEN.finditer(_PHRASE.sub(lambda m: _PHRASES[m.group().lower()], text)):
            token = match.group()
            lower = token.lower().replace("’", "'")
            if lower in _HARD or lower in _SOFT or (lower in _BREAKS and not self._plain(lower)):
                self._break(hard=lower in _HARD or lower == "but")
            else:
                if len(self.terms) - self.first >= LONGEST:
                    self._break(hard=False)
                self._word(token, lower)
            self.last_but_one, self.last = self.last, lower
        self._break(hard=True)
        doubted = -1 if any(_POLES.get(t.stem, _NO_POLES).get(_TRUTH) == -1 for t in self.terms) else 1
        return _Reading(tuple(self.terms), tuple(self.clauses) or (_Clause(1, bare=False),), self.way, doubted)

    def _plain(self, lower: str) -> bool:
        """Whether a word that joins clauses only belongs to "no more than", "nothing but", "rather than"."""
        return lower in _NO_DENIAL.get(self.last, ()) or (lower == "than" and self.last == "rather")

    def _break(self, *, hard: bool) -> None:
        if self.heard:
            self.clauses.append(_Clause(self.here * self.claim * self.bare, self.bare < 0))
        self.here, self.bare, self.first, self.denied, self.that = 1, 1, len(self.terms), 0, False
        self.heard = False
        if hard:
            self.claim = 1

    def _word(self, token: str, lower: str) -> None:
        self.heard = True
        if lower in _NEGATORS or _CONTRACTED.match(lower):
            reaches = lower in _REACHING_BACK or lower not in _NEGATORS or self.last in _AUXILIARIES
            self._negate(back=reaches and lower != "without")
            if self.terms and lower != "without" and not (lower == "not" and self.last not in _AUXILIARIES):
                self.way = -self.way
        elif lower in _NO_DENIAL.get(self.last, ()):
            self._negate(back=self.last in _REACHING_BACK or self.last_but_one in _AUXILIARIES)
        elif lower == "nor":
            self.here = -1
        elif lower == "until" and self.here < 0:
            self._negate(back=True)
        elif lower == "than" or (lower == "of" and self.last == "instead"):
            self.here = -self.here
        else:
            self._meaning(token, lower, stem(token))

    def _negate(self, *, back: bool) -> None:
        self.here = -self.here
        if back:
            self._flip(len(self.terms))

    def _flip(self, end: int) -> None:
        self.terms[self.first : end] = [t._replace(sign=-t.sign) for t in self.terms[self.first : end]]

    def _meaning(self, token: str, lower: str, root: str) -> None:
        root = _DIGITS.get(lower, root)
        if self.last in _STOPS and lower.endswith("ing"):
            self.here = -self.here
        weight = 0.0 if is_stopword(token) else NAME if lower == "one" or (self.opened and token[:1].isupper()) else 1.0
        self.opened = True
        if weight or root in _POLES:
            # "unavailable" denies "available"
            plain = _UN.sub("", root) if root not in _POLES else root
            sign = self.here * self.claim * (1 if plain == root else -1)
            self.terms.append(_Term(plain, sign, len(self.clauses), weight))
        if self.bare < 0 and self.that and (lower == "that" or (self.denied and lower in _AUXILIARIES)):
            # The claim that was denied is told here: "rejected claims that", "denied it was".
            self.claim, self.bare, self.that = -1, 1, False
        self.denied = max(0, self.denied - 1)
        if self.denied and root in _CLAIMS:
            self.claim, self.bare, self.denied, self.that = 1, -1, 2, True
        elif root in _DENIALS or (lower == "out" and self.last in _RULES):
            self.way = -self.way
            self.claim, self.denied = -self.claim, 4 if self.here > 0 else 0
            if self.last in _BEING or (lower == "out" and self.last_but_one in _BEING):
                self._flip(len(self.terms) - 1)
        elif self.claim > 0 and self._untrue(lower):
            self.bare, self.that = -1, True
            self._flip(len(self.terms) - 1)
        elif root in _FAILURES and lower != "instead":
            self.here, self.way = -self.here, -self.way

    def _untrue(self, lower: str) -> bool:
        before = {self.last, self.last_but_one}
        return (
            lower in _UNTRUE
            or (lower in _UNTRUE_THING and bool({"a", "an"} & before))
            or (lower in _UNTRUE_BEING and bool(_BEING & before))
        )


@lru_cache(maxsize=1024)
def _read(text: str) -> _Reading:
    return _Scan().read(text)


# --- what it says to a question -------------------------------------------------------------------


class _Shared(NamedTuple):
    """How far a text affirms or denies another's words, how many of them it has, and how many in each clause."""

    score: float
    size: float
    clauses: Mapping[int, float]


def _answer(number: int, clause: _Clause, asked: _Reading, poles: Mapping[int, float]) -> int:
    if poles.get(number):
        return 1 if poles[number] > 0 else -1
    return clause.sign * (asked.doubted if clause.bare else asked.way)


def _shared(asked: Sequence[_Term], told: Sequence[_Term], poles: Mapping[int, float]) -> _Shared:
    matches = list(_matches(asked, told))
    clauses: dict[int, float] = {}
    for _, found, weight in matches:
        for clause in {term.clause for term in found}:
            clauses[clause] = clauses.get(clause, 0.0) + weight
    score = 0.0
    for term, found, weight in matches:
        best = max(found, key=lambda t: clauses[t.clause])
        agrees = term.sign * best.sign
        # An opposite in the clause denies it as a negation would: "both sides violated the ceasefire".
        score += weight * (-agrees if poles.get(best.clause, 0.0) * agrees < 0 else agrees)
    return _Shared(score, sum(weight for *_, weight in matches), clauses)


def _matches(asked: Sequence[_Term], told: Sequence[_Term]) -> Iterator[tuple[_Term, list[_Term], float]]:
    """The terms of ``asked`` that ``told`` has, the terms there, and what that counts."""
    same: dict[str, list[_Term]] = {}
    like: dict[int, list[_Term]] = {}
    for term in told:
        if term.weight and len(met := same.setdefault(term.stem, [])) < REPEATS:
            met.append(term)
            for group in _LIKE.get(term.stem, _NONE):
                like.setdefault(group, []).append(term)
    for term in asked:
        if term.weight and term.stem not in _FRAMES:
            if found := same.get(term.stem):
                yield term, found, term.weight
            elif found := [t for group in _LIKE.get(term.stem, _NONE) for t in like.get(group, [])]:
                yield term, found, ALIKE * term.weight


def _poles(asked: Sequence[_Term], told: Sequence[_Term]) -> dict[int, float]:
    """For each clause of ``told`` with words that mean the same as ``asked`` or the opposite, how far they agree."""
    ways: dict[int, int] = {}
    for term in asked:
        for pole, sign in _POLES.get(term.stem, _NO_POLES).items():
            ways[pole] = ways.get(pole, 0) + sign * term.sign
    found: dict[int, float] = {}
    for term in told:
        for pole, sign in _POLES.get(term.stem, _NO_POLES).items():
            if pole in ways:
                found[term.clause] = found.get(term.clause, 0.0) + sign * term.sign * ways[pole]
    return found


# --- options and figures --------------------------------------------------------------------------

_MORE = re.compile(
    r"\b(?:more than|over|above|at least|after|later than|longer than|exceed\w*)\W+(?:\w+\W+)?\Z", re.IGNORECASE
)
_LESS = re.compile(
    r"\b(?:fewer than|less than|under|below|at most|up to|before|by|earlier than|within)\W+(?:\w+\W+)?\Z",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _options(question: str) -> tuple[frozenset[str], ...]:
    options = parse_question(question).options
    return tuple(frozenset(_DIGITS.get(word, word) for word in option) for option in options)


def _option_taken(question: str, told: Sequence[_Term]) -> float:
    """Which of the two things the question offers is said: towards 1 the first, -1 the second; 0 if none."""
    options = _options(question)
    if len(options) != 2:
        return 0.0
    first, second = (_mentioned(option, told) for option in options)
    return math.tanh(first - second)


def _mentioned(option: frozenset[str], told: Sequence[_Term]) -> float:
    groups = frozenset(group for word in option for group in _LIKE.get(word, _NONE))
    poles = {pole: sign for word in option for pole, sign in _POLES.get(word, _NO_POLES).items()}
    total = 0.0
    for term in told:
        if term.stem in option:
            total += term.sign
        elif groups & _LIKE.get(term.stem, _NONE):
            total += ALIKE * term.sign
        else:
            held = _POLES.get(term.stem, _NO_POLES)
            total += ALIKE * term.sign * sum(sign * poles[pole] for pole, sign in held.items() if pole in poles)
    return total


@lru_cache(maxsize=1024)
def _bounds(question: str) -> tuple[tuple[Quantity, int], ...]:
    """The figures that a question asks to exceed (1) or stay below (-1)."""
    found = []
    for figure in quantities(question):
        before = question[max(0, figure.start - 30) : figure.start]
        way = 1 if _MORE.search(before) else -1 if _LESS.search(before) else 0
        if way and not is_vague(figure):
            found.append((figure, way))
    return tuple(found)


def _figures(question: str, sentence: str) -> float:
    """Whether the figures of a sentence are beyond the question's bounds: towards 1 if so, -1 if not, else 0."""
    bounds = _bounds(question)
    if not bounds:
        return 0.0
    told = [figure for figure in quantities(sentence) if not is_vague(figure)]
    score = 0
    for bound, way in bounds:
        likes = [figure for figure in told if figure.kind == bound.kind and _same_unit(figure, bound)]
        if likes and not any(same_value(figure, bound) for figure in likes):
            score += way * _compared(likes[0], bound)
    return math.tanh(score)


def _same_unit(one: Quantity, other: Quantity) -> bool:
    if one.kind == "number":
        return bool({stem(w) for w in one.unit.split() if w not in STOPWORDS} & set(map(stem, other.unit.split())))
    return one.unit == other.unit or one.kind in ("date", "time")


def _compared(one: Quantity, other: Quantity) -> int:
    if isinstance(one.value, tuple) and isinstance(other.value, tuple):
        for a, b in zip(one.value, other.value, strict=True):
            if a is not None and b is not None and a != b:
                return 1 if a > b else -1
        return 0
    if isinstance(one.value, tuple) or isinstance(other.value, tuple):
        return 0
    return (one.value > other.value) - (one.value < other.value)
