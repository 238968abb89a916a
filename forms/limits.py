"""What an office may decide of the rules: the age limit, the length of stay, the central districts."""

from __future__ import annotations

from dataclasses import dataclass

from forms.gazetteer import gazetteer


@dataclass(frozen=True, slots=True)
class Limits:
    """``child_under``: completed years (不满十六周岁). ``stay_months``: 6个月以上. ``central``: codes of districts.

    ``central`` None: the shipped list. The notice (二（一）) excepts 城市中心城区的市辖区之间 and names no districts.
    """

    child_under: int = 16
    stay_months: int = 6
    central: frozenset[str] | None = None

    def is_central(self, code: str) -> bool:
        """Whether a division lies in a central district."""
        return gazetteer().central_district(code) if self.central is None else code[:6] in self.central


NOTICE_LIMITS = Limits()
"""As the notice has them."""
