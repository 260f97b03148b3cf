"""Doctor's findings as the settings page shows them, each fault with its cure."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.doctor import Finding
from assistant.web.markup import Markup, fill, join
from assistant.web.safety import without_paths


def findings_html(findings: Sequence[Finding]) -> Markup:
    """All findings, faults first."""
    items = join(
        fill(
            '<li><span class="{kind}">{kind}</span><b>{name}</b><span>{detail}</span>{cure}</li>',
            kind="ok" if each.ok else "fault",
            name=each.name,
            detail=without_paths(each.detail),
            cure=fill('<code class="cure">{cure}</code>', cure=without_paths(each.cure)) if each.cure else "",
        )
        for each in sorted(findings, key=lambda each: each.ok)
    )
    return fill('<h3>Checked just now</h3><ul class="findings">{items}</ul>', items=items)
