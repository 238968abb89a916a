"""The kinds of field and the shape of a value of each kind."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

JsonValue: TypeAlias = str | int | float | bool | list[str] | dict[str, str | None] | None


class Kind(StrEnum):
    """How a field is written and what its normalised value looks like.

    ======================  ==========================================================
    name, text              str
    id_number               18 characters, upper-case X (GB 11643-1999)
    date / month            ``YYYY-MM-DD`` / ``YYYY-MM``
    phone                   digits (11 for a mobile; area code and number joined by ``-``)
    division                division code: 6, 9 or 12 digits (GB/T 2260, GB/T 10114)
    address                 ``{"division": code or None, "detail": str}``
    choice                  list of option codes (single choice: one element)
    code                    a code of the field's code table
    number                  int
    signature               ``"present"`` or None
    ======================  ==========================================================
    """

    NAME = "name"
    ID_NUMBER = "id_number"
    DATE = "date"
    MONTH = "month"
    PHONE = "phone"
    DIVISION = "division"
    ADDRESS = "address"
    CHOICE = "choice"
    CODE = "code"
    NUMBER = "number"
    TEXT = "text"
    SIGNATURE = "signature"
