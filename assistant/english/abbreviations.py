"""Abbreviations, and words that often start sentences: they help to decide whether a period ends a sentence.

English and the other languages have separate lists, because "art.", "max." and "ill." are abbreviations in one language
and words in another. Abbreviations in scripts other than Latin are in both.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.english.lexicon import COURTESY_TITLES, TITLE_ABBREVIATIONS, WEEKDAYS


class Abbreviations(NamedTuple):
    """Abbreviations without their periods, in lower case, by what the period after them means.

    After ``inner`` and, if capitalized, ``titles``, the sentence goes on. After ``before_number`` it goes on if a
    number follows. After ``before_name`` and, if capitalized, ``places`` it goes on unless a word of ``starters``
    follows. After ``usually_last`` it ends if a capital follows. ``single_letters`` says that any single letter is an
    abbreviation, not only a capital.
    """

    titles: frozenset[str]
    inner: frozenset[str]
    before_number: frozenset[str]
    before_name: frozenset[str]
    places: frozenset[str]
    days: frozenset[str]
    usually_last: frozenset[str]
    starters: frozenset[str]
    single_letters: bool = False

    def holds(self, word: str) -> bool:
        """Whether ``word`` is an abbreviation that may stand inside a sentence."""
        return any(word in listed for listed in (self.inner, self.before_number, self.before_name, self.usually_last))


def _union(one: Abbreviations, other: Abbreviations) -> Abbreviations:
    lists = {name: getattr(one, name) | getattr(other, name) for name in Abbreviations._fields}
    return Abbreviations(**lists)


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


_NONE: frozenset[str] = frozenset()

_ANY_SCRIPT = Abbreviations(
    titles=_NONE,
    inner=_words(
        "см ср напр им ул просп пер пл наб проф акад доц тов т.е т.к т.н",  # Russian
        "डॉ श्री प्रो कु सुश्री",  # Hindi
        "د أ م ص ج",  # Arabic
    ),
    before_number=_words("ок рис стр табл гл д кв корп ст ч тел н п"),
    before_name=_words("г с д ш т ев им ул пл н а б в е и к л м о п р ф х ц ч э ю я"),
    places=_NONE,
    days=_NONE,
    usually_last=_words("т.д т.п др пр руб тыс млн млрд"),
    starters=_words("Это Он Она Они Оно Мы Я Вы В На По Но А И С У К Там Тут Затем Потом Когда Если Все Цена После До"),
)

_ENGLISH = Abbreviations(
    titles=(frozenset(TITLE_ABBREVIATIONS) | COURTESY_TITLES) - {"pm", "st", "sir", "madam"}
    | _words(
        "mx messrs mme mlle drs profs rev revd fr hon sens reps govs amb supt det lieut cpt cdr cmdr comdr cpl pvt "
        "pfc brig cmdt mt ft msgr sra srta atty"
    ),
    inner=_words("vs e.g eg i.e cf viz approx ca resp incl excl esp aka a.k.a née nee intl natl"),
    before_number=_words(
        "no nos nr fig figs pp vol vols ch chap chs sec secs sect art arts eq eqs par para paras op pt pts app appx "
        "tab ver cols ex ref refs ser est ed rs ft lb lbs oz tel ext"
    ),
    before_name=_words(
        "inc ltd co cos corp plc llc bros jr sr al ave blvd rd min max avg ed eds trans dept depts univ assn govt esq "
        "gmbh ph.d feat lit b c d f l m n p r s v"
    ),
    places=_words(
        "calif cal mass pa conn fla ill wash ore tenn minn wis mich ariz colo ala okla ont que tex nev neb kan ga va "
        "md ky la mo st ste hwy prov bldg mfg"
    ),
    days=_words("jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri"),
    usually_last=_words("etc a.m p.m"),
    starters=_words(
        "The This That These Those There It Its He She They We You I His Her Their Our My Your A An In On At By For "
        "From With Without Within After Before During Since Until While When Where Why What Who Which Whose How If As "
        "Although Though Because But And Or So Yet Nor However Moreover Furthermore Meanwhile Also Then Here Both Many "
        "Most Some Several Other Others Another Each Every All Despite Under Among According Today Yesterday Later "
        "Once To Between Through Throughout Unlike Like Thus Therefore Hence Such Only Even One Two Three Four First "
        "Second Finally Nevertheless Instead Overall Additionally Similarly Currently Recently Again Of Not More "
        "Whether Is Are Was Were Has Have Had Do Does Did Can Could Will Would Should"
    ),
)

_OTHER_LATIN = Abbreviations(
    titles=_words("mgr mons dom"),
    inner=_words(
        "z.b d.h u.a i.d.r u.u zt bzw vgl sog evtl ggf inkl exkl zzgl bspw insb dipl geb gest hrsg hr",  # German
        "mlle mlles mmes mm c.-à-d p.ex éd",  # French
        "sr sra sres dra dr dres dña dn lic ud uds vd vds ej",  # Spanish
        "srta exmo exma ilmo profa eng arq prof ex",  # Portuguese
        "sig sigg sig.ra dott dott.ssa avv ing arch geom rag spett egr gent on sen",  # Italian
        "dhr mevr mw ir drs bijv bv d.w.z o.a m.a.w t.a.v m.b.t i.v.m jl",  # Dutch
        "np tj tzn tzw m.in zob por inż mgr ks hab",  # Polish
    ),
    before_number=_words(
        "abb abs nr bd kap anm tab str ziff rn vol env núm pág págs n.º nº aprox tlf pag pagg cap blz afb hfdst rys "
        "godz ok ust poz tel kl ca"
    ),
    before_name=_words(
        "av avda avd bd bld pl ul al os pza pça sta sto ste co cía cia hnos str pl kg mbh mons fra san ev e.v s.a",
        "s.r.l fa inh",
    ),
    places=_NONE,
    days=_words(
        "janv févr avr juil juill déc ene abr ago dic gen mag giu lug ott mrt okt dez jän",
        "lun jeu ven sam dim gio sab jue vie mié sáb",
    ),
    usually_last=_words("usw u.s.w etc ecc enz itd itp ff"),
    starters=_words(
        "Der Die Das Den Dem Ein Eine Einen Er Sie Es Wir Ich Ihr Im Am Auf Mit Nach Danach Dann Dort Doch Aber Und "
        "Wenn Als Auch Bei Für Von Vom Zum Zur Seit Bis Dies Diese Dieser Dieses Heute Sein Seine Ihre Man Jetzt Damit "
        "Außerdem",
        "Le La Les L Un Une Il Elle Ils Elles On Ce Cette Ces Puis Mais Et Ou Dans En Au Aux Des Du Pour Par Sur Avec "
        "Après Son Sa Ses Leur Nous Vous Je",
        "El Los Las Una Unos En Al Con Por Para Su Sus Pero Y Luego Después Se Lo Este Esta Estos No Nació Trabaja "
        "Llegó",
        "O Os As Um Uma Ele Ela Em Na Nas Nos Ao Seu Sua Mas E Depois Este Esta",
        "Lo Gli Uno Nel Nella Al Alla Con Suo Sua Ma Poi Dopo Si Questo Questa Lui Lei",
        "De Het Een Hij Zij Ze Wij In Op Bij Met Voor Naar Toen Maar En Dit Dat Deze Daarna",
        "To On Ona Oni W Na Z Do Po Ale I Oraz Potem Jest Był Była Było Ten Ta",
    ),
    single_letters=True,
)

ENGLISH = _union(_ENGLISH, _ANY_SCRIPT)
OTHERS = _union(ENGLISH, _OTHER_LATIN)

AFTER_TIME = frozenset((*WEEKDAYS, *"eastern central pacific mountain greenwich local standard".split()))
"""Words that go on after "5 p.m.": a zone or a day."""

GERMAN_MONTHS = _words("januar jänner februar märz april mai juni juli august september oktober november dezember")
BEFORE_ORDINAL = _words(
    "der die das den dem des im am zum vom beim zur ein eine einen einem einer bis ab und seit jeder jeden jede"
)
"""German words before an ordinal, which is written as a number with a stop: "im 3. Stock"."""

_ENGLISH_WORDS = _words("the of and to that for with by from this are it has have were which their not")
_OTHER_WORDS = _words(
    "der das und ist nicht den dem ein eine einen für von zum zur auf wird sich im mit bei nach vom liegt",
    "le les des et est une dans qui du au avec sur pas ont ce cette il elle se",
    "el los las y es una en que por con para del su al lo",
    "os um uma em com não do da na ao são foi",
    "gli è che per di della del il lo nel si sono via",
    "het een van niet met op voor dat zijn te de en",
    "się nie jest że oraz przy do na po od jako w z",
)
_WORD = re.compile(r"[^\W\d_]+")
_LOOK = 3000


def abbreviations_in(text: str) -> Abbreviations:
    """The abbreviations of English, or those of the other languages if ``text`` begins in one of them."""
    said = [word.lower() for word in _WORD.findall(text[:_LOOK])]
    english, other = (sum(word in listed for word in said) for listed in (_ENGLISH_WORDS, _OTHER_WORDS))
    return OTHERS if other > english else ENGLISH
