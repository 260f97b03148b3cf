"""Reads the file robots.txt, in which a site says what programs may fetch (RFC 9309)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote


class Rule(NamedTuple):
    """Whether paths may be fetched that begin with ``pattern``, in which ``*`` is any text and a last ``$`` the end."""

    allows: bool
    pattern: str

    def applies(self, path: str) -> bool:
        """Whether the rule is about ``path``."""
        ended = self.pattern.endswith("$")
        first, *others = self.pattern.removesuffix("$").split("*")
        if not path.startswith(first):
            return False
        at = len(first)
        last = others.pop() if ended and others else None
        for piece in others:  # the first place each time: a regular expression could take time without end
            at = path.find(piece, at) + len(piece)
            if at < len(piece):
                return False
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return not ended or at == len(path)


def rules_for(agent: str, text: str) -> tuple[Rule, ...]:
    """The rules of ``text`` for the program called ``agent``, or else those for all programs."""
    groups = list(_groups(text))
    for name in (agent.lower(), "*"):
        found = [rules for agents, rules in groups if name in agents]
        if found:
            return tuple(rule for rules in found for rule in rules)
    return ()


def admits(rules: tuple[Rule, ...], path: str) -> bool:
    """Whether ``path``, with its query, may be fetched: the longest rule about it decides."""
    plain = unquote(path)
    about = [(len(rule.pattern), rule.allows) for rule in rules if rule.applies(plain)]
    return max(about, default=(0, True))[1]


def _groups(text: str) -> Iterator[tuple[set[str], list[Rule]]]:
    """The agents and the rules of each group."""
    agents: set[str] = set()
    rules: list[Rule] = []
    ruled = False
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        if key.lower() == "user-agent":
            if ruled:
                yield agents, rules
                agents, rules, ruled = set(), [], False
            agents.add(value.partition("/")[0].lower())
        elif key.lower() in ("allow", "disallow"):
            ruled = True
            if value:
                rules.append(Rule(key.lower() == "allow", unquote(value)))
    yield agents, rules
