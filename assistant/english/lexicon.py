"""Lists of English words, each kept once. Modules build their rules and patterns on them.

All words are in lower case. ``any_of`` turns a list into a pattern.
"""

from __future__ import annotations

from collections.abc import Iterable


def any_of(words: Iterable[str]) -> str:
    """Return a pattern that matches any of ``words``, the longest first. Words are patterns themselves."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


# --- questions ------------------------------------------------------------------------------------

ASKING_WORDS = tuple("who whom whose what which when where why how".split())

IMPERATIVES = (
    *"tell give show list enumerate explain describe summarise summarize outline recap compare".split(),
    "sum up",
)
"""Verbs that ask for something: "list the members". "Name" is one too, and more often a noun."""

GREETINGS = frozenset("hi hello hey greetings".split())
FAREWELLS = frozenset("bye goodbye".split())
THANKS = frozenset("thanks thank thx ty cheers".split())
ASSENTS = frozenset("yes yeah yep ok okay sure right alright".split())
DISSENTS = frozenset("no nope".split())
PRAISE = frozenset(
    "great good nice perfect fine cool lovely excellent wonderful brilliant awesome amazing super interesting wow "
    "helpful understood got see".split()
)
PLEAS = frozenset("please sorry".split())
COURTESIES = GREETINGS | FAREWELLS | THANKS | ASSENTS | DISSENTS | PRAISE | PLEAS
"""Words of greeting, thanks, assent and praise, which ask nothing."""


def _both_orders(pairs: str) -> tuple[tuple[str, str], ...]:
    split = [pair.split("/") for pair in pairs.split()]
    return tuple((first, second) for one, other in split for first, second in ((one, other), (other, one)))


ITEM_NAMES = tuple("step rule item point clause section article paragraph".split())
"""What an item of a numbered list is called, whatever it says."""

# --- verbs and negation ---------------------------------------------------------------------------

BE = ("is", "are", "was", "were")
AUXILIARIES = (
    *BE,
    *"am do does did has have had can could will would shall should may might must".split(),
)
NEGATED_AUXILIARIES = tuple(  # without their "'t", and as they are typed in haste
    "isn aren wasn weren don doesn didn hasn haven hadn couldn won wouldn shouldn mustn isnt arent wasnt werent dont "
    "doesnt didnt hasnt havent hadnt couldnt wont wouldnt shouldnt cant cannot".split()
)

NEGATORS = (r"not(?! only\b)", r"no(?!\.?\s*\d)", *"never none nobody nothing neither nor without cannot".split())
"""Words that say that something is not so, with exceptions for "not only" and "No. 4"."""

DENYING_VERBS = (
    "den(?:y|ies|ied|ying)",
    "reject(?:s|ed|ing)?",
    "dismiss(?:es|ed)",
    "refut(?:e|es|ed)",
    "rule[sd]? out",
    "fail(?:s|ed)",
    "refus(?:e|es|ed|ing)",
)
"""Forms of verbs that mean to say that something is not so, or not to do it."""

SAYING_VERBS = tuple(
    "said says reported reports wrote writes claimed claims announced confirmed confirms told noted stated".split()
)
"""Forms of verbs that attribute a statement to a source."""

IRREGULAR = dict(
    pair.split("/")
    for pair in (
        "came/come took/take taken/take went/go gone/go gave/give given/give got/get made/make won/win "
        "beaten/beat ran/run held/hold left/leave met/meet told/tell found/find fell/fall fallen/fall rose/rise "
        "risen/rise began/begin begun/begin broke/break broken/break drove/drive driven/drive spoke/speak "
        "spoken/speak sold/sell bought/buy paid/pay lost/lose sent/send stood/stand thought/think wrote/write "
        "written/write kept/keep built/build led/lead chose/choose chosen/choose grew/grow grown/grow knew/know "
        "known/know shook/shake shaken/shake sank/sink sunk/sink struck/strike stolen/steal stole/steal "
        "sought/seek brought/bring caught/catch fought/fight threw/throw thrown/throw spent/spend lit/light "
        "dead/die"
    ).split()
)
"""Forms of verbs that stems do not bring together, each with the form they belong to."""

OPPOSITES = _both_orders(
    "rise/fall rose/fell increase/decrease increased/decreased grew/shrank win/lose won/lost buy/sell bought/sold "
    "more/less more/fewer north/south east/west northern/southern eastern/western upper/lower left/right "
    "full-time/part-time summer/winter weekday/weekend single/double gross/net minimum/maximum adult/child "
    "indoor/outdoor highest/lowest largest/smallest cheapest/dearest succeeded/failed guilty/innocent "
    "supported/opposed approved/rejected accepted/refused allowed/forbidden import/export imports/exports "
    "income/expenditure revenue/cost male/female men/women inner/outer"
)
"""Words that mean opposite things, each pair in both orders."""

OPPOSITE_EVENTS = _both_orders(
    "open/close opened/shut reopened/closed reopen/shut accept/reject arrive/leave began/ended start/stop start/end "
    "begin/end allow/ban before/after first/last confirm/deny confirmed/denied agree/refuse agreed/refused above/below "
    "convicted/acquitted alive/dead survived/died support/oppose approve/reject"
)
"""Opposites that can both be true of one thing at different times."""

EVENTS = tuple(
    tuple(group.split())
    for group in (
        "build built construct construction erect erection builder finished completed",
        "rebuild rebuilt restore restored restoration renovate renovated renovation refurbished reconstructed",
        "repair repaired repairs mend mended fix fixed",
        "open opened inaugurate inaugurated opening close closed shut closure stopped ceased",
        "destroy destroyed destruction demolish demolished demolition wrecked razed burn burned burnt torn collapsed",
        "damage damaged harmed",
        "design designed designer architect",
        "found founded founder find discover discovered discovery spotted establish established",
        "invent invented inventor devised developed",
        "buy bought purchase purchased acquire acquired buyer takeover",
        "sell sold sale seller",
        "own owned owns owner belongs belonged",
        "steal stole stolen theft thief robbed",
        "cancel cancelled canceled scrapped annulled",
        "postpone postponed delay delayed rescheduled",
        "approve approved accept accepted adopted",
        "reject rejected refuse refused declined",
        "resign resigned resignation quit",
        "appoint appointed hired elected nominated chosen",
        "dismiss dismissed fired sacked",
        "arrest arrested detained custody",
        "crash crashed collided collision",
        "explode exploded explosion blast",
        "sink sank sunk",
        "die died death killed dead dies",
        "paint painted painter",
        "name named renamed",
        "move moved relocated relocation",
        "win won winner beat beaten victory",
        "install installed fitted installation",
        "deliver delivered delivery delivers",
    )
)
"""What happens to things, each by the words that tell it; opposites are in OPPOSITE_EVENTS."""

# --- words that join ------------------------------------------------------------------------------

CONSEQUENCES = (
    *"therefore consequently hence thus".split(),
    *("as a result", "for this reason", "for that reason", "that is why", "this is why", "because of this"),
)
"""What opens a sentence whose reason is told in the one before it."""

REASONS = (
    "(?:this|that|it) (?:is|was) (?:because|due to)",
    "the reasons? (?:is|was|are|were|for (?:this|that))",
    "because",
)
"""What opens a sentence that gives the reason for the one before it."""

PREPOSITIONS = tuple(
    "about according after among around at before by during for from in of on over since till to until with "
    "without".split()
)
"""Words that start a phrase of place, time or manner."""

NAME_PARTICLES = tuple("of the de da al bin von van".split())
"""Small words inside names."""

SUBJECT_PRONOUNS = tuple("i you he she it we they".split())
PERSONAL_PRONOUNS = tuple("he him his she her hers it its they them their theirs".split())
DEMONSTRATIVES = tuple("this that these those".split())

# --- titles of persons ----------------------------------------------------------------------------

COURTESY_TITLES = frozenset("mr mrs ms sir madam".split())
TITLE_ABBREVIATIONS = dict(
    pair.split("=")
    for pair in (
        "capt=captain prof=professor dr=doctor gen=general lt=lieutenant col=colonel maj=major sgt=sergeant "
        "adm=admiral gov=governor sen=senator rep=representative insp=inspector pres=president st=saint pm=minister"
    ).split()
)
"""Short forms of titles, with what they stand for. "PM" is a prime minister; the second word identifies it."""

TITLES = (
    COURTESY_TITLES
    | TITLE_ABBREVIATIONS.keys()
    | frozenset(TITLE_ABBREVIATIONS.values())
    | frozenset("miss lady lord prime judge justice mayor chief".split())
)
"""Words before a name that do not distinguish people."""

# --- calendar and lengths of time -----------------------------------------------------------------

SEASONS = tuple("spring summer autumn winter".split())

WEEKDAYS = tuple("monday tuesday wednesday thursday friday saturday sunday".split())
"""Monday first, as ``date.weekday`` counts them."""

MONTH_NAMES = tuple("january february march april may june july august september october november december".split())
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, 1)} | {
    short: number
    for number, listed in enumerate(
        ("jan", "feb", "mar", "apr", "", "jun", "jul", "aug", "sept sep", "oct", "nov", "dec"), 1
    )
    for short in listed.split()
}
"""Names of months and their short forms, with their numbers."""

CALENDAR_NAMES = frozenset((*WEEKDAYS, *MONTH_NAMES))
"""Names of weekdays and months, which are capitalized although they name no person, place or thing."""

DAYS_IN = {
    "second": 1 / 86400, "sec": 1 / 86400, "minute": 1 / 1440, "min": 1 / 1440, "hour": 1 / 24, "hr": 1 / 24,
    "day": 1.0, "night": 1.0, "week": 7.0, "fortnight": 14.0, "month": 365 / 12, "year": 365.0, "decade": 3650.0,
    "century": 36500.0, "centurie": 36500.0,
}  # fmt: skip
"""Lengths of time in days, by their names without a plural "s"."""

YEARS_IN = {"year": 1, "decade": 10, "century": 100}

# --- numbers, money, measures ---------------------------------------------------------------------


def _numbered(names: str, start: int = 1, step: int = 1) -> dict[str, int]:
    return {name: step * number for number, name in enumerate(names.split(), start)}


SMALL_NUMBERS = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen",
    0,
)
TENS = _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2, 10)
SCALES = {
    "dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "crore": 1e7, "billion": 1e9,
    "trillion": 1e12, "k": 1e3, "mn": 1e6, "m": 1e6, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
_FIRST_NINE = _numbered("first second third fourth fifth sixth seventh eighth ninth")
ORDINALS = (
    _FIRST_NINE
    | _numbered(
        "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth", 10
    )
    | {ten[:-1] + "ieth": number for ten, number in TENS.items()}
    | {f"{ten}-{one}": tens + ones for ten, tens in TENS.items() for one, ones in _FIRST_NINE.items()}
)
FRACTIONS = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
"""Parts of a whole, with the number of them that make one."""

CURRENCIES = {
    "$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₹": "rupee", "usd": "dollar", "eur": "euro", "gbp": "pound",
    "jpy": "yen", "cny": "yuan", "inr": "rupee", "pkr": "rupee", "rs": "rupee", "chf": "franc", "dollar": "dollar",
    "euro": "euro", "pound": "pound", "yen": "yen", "rupee": "rupee", "crown": "crown", "krona": "krona",
    "krone": "krone", "franc": "franc", "yuan": "yuan", "rouble": "rouble", "ruble": "rouble", "peso": "peso",
    "lira": "lira", "dirham": "dirham", "riyal": "riyal", "cent": "cent",
}  # fmt: skip
CURRENCY_SIGNS = "$€£¥₹"
CURRENCY_CODES = ("usd", "eur", "gbp", "jpy", "cny", "inr", "pkr", "rs", "chf")

UNITS: dict[str, tuple[str, float]] = {
    unit: (base, worth)
    for base, listed in {
        "gram": {1.0: "g gram gramme", 1e-3: "milligram", 1e3: "kg kilo kilogram kilogramme", 1e6: "t tonne ton",
                 28.35: "ounce"},
        "metre": {1.0: "m metre meter", 1e-2: "cm centimetre centimeter", 1e-3: "mm millimetre millimeter",
                  1e3: "km kilometre kilometer", 1609.3: "mile", 0.9144: "yard", 0.3048: "foot feet ft",
                  0.0254: "inch inche"},
        "litre": {1.0: "l litre liter", 1e-3: "ml millilitre", 4.2: "gallon"},
        "metre/hour": {1e3: "kph", 1609.3: "mph"},
        "square metre": {1e4: "ha hectare", 4047.0: "acre"},
    }.items()
    for worth, units in listed.items()
    for unit in units.split()
}  # fmt: skip
"""Units of measure without a plural "s", each with the unit it is converted to and its worth in that. A gallon is
between the American and the British one."""
