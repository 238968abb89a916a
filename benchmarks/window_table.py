"""What ``bench_window`` measured, in Markdown, and what of it misses its aim."""

from __future__ import annotations

import os
from typing import Any

AIMS = {  # ms: name -> (which figure, at most)
    "start to usable": ("median_ms", 1500.0),
    "next form": ("median_ms", 100.0),
    "key to paint": ("p95_ms", 50.0),
    "pan and zoom, a frame": ("median_ms", 16.0),
    "list: a page further": ("p95_ms", 50.0),
    "list: found by name": ("median_ms", 500.0),
}
GROWTH_MB = 4.0
PAUSE_MS = 100
# Card, Moran & Newell, "The Keystroke-Level Model for User Performance Time with Interactive Systems", Communications
# of the ACM 23 (7), 1980: a key of somebody who types but isn't a typist, and making up one's mind before an act
KEY_SECONDS, LOOK_SECONDS = 0.28, 1.35
STACK = 400  # forms on a clerk's desk


def table(measured: dict[str, Any]) -> str:
    """All that is there, each kind as a table of its own."""
    parts = [_robots(measured["robot"]), _figures(measured["figures"]), _memory(measured["memory"])]
    parts += [_pauses(measured["blocks"], measured["worst_ms"])]
    if measured.get("platform"):
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        parts.append(f"Display: {measured['platform']}; load of the machine now: {load:.1f} on {os.cpu_count()} cores.")
    return "\n\n".join(part for part in parts if part)


def _robots(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return ""
    lines = [
        "| robot clerk | forms | looks a form | keys a form | typing all, keys | wrong in records | never shown |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        forms = max(1, row["forms"])
        lines.append(
            f"| {row['name']} | {row['saved']} of {row['forms']} "
            f"| {row['looks'] / forms:.1f} of {row['fields'] / forms:.0f} "
            f"| {row['keys'] / forms:.1f} | {row['typing'] / forms:.0f} "
            f"| {row['wrong']} of {row['fields']:,} | {row['unseen_wrong']} |"
        )
    return "\n".join([*lines, "", _estimate(rows)])


def minutes(keys: float, looks: float, forms: int) -> float:
    """Minutes that a clerk needs for ``STACK`` forms, where ``forms`` took so many keys and looks."""
    return (keys * KEY_SECONDS + looks * LOOK_SECONDS) / max(1, forms) * STACK / 60


def _estimate(rows: list[dict[str, Any]]) -> str:
    """Keys and looks in minutes, against typing everything: every field looked at, and every key of it."""
    said = [f"{each['name']} {minutes(each['keys'], each['looks'], each['forms']):.0f}" for each in rows]
    typed = minutes(rows[0]["typing"], rows[0]["fields"], rows[0]["forms"])
    return (
        f"Estimate for {STACK} forms, {KEY_SECONDS} s a key and {LOOK_SECONDS} s a look (keystroke-level model), in "
        f"minutes: {', '.join(said)}; typing everything {typed:.0f}."
    )


def _figures(figures: dict[str, Any]) -> str:
    if not figures:
        return ""
    lines = ["| | median, ms | 95 %, ms | times | aim |", "|---|---:|---:|---:|---|"]
    for name, each in figures.items():
        which, most = AIMS.get(name, ("", 0.0))
        aim = f"{'median' if which == 'median_ms' else '95 %'} ≤ {most:.0f}" if which else ""
        lines.append(f"| {name} | {each['median_ms']:.1f} | {each['p95_ms']:.1f} | {each['times']:.0f} | {aim} |")
    start = figures.get("start to usable")
    lines += [f"\nStart: {start['cpu_ms']:.0f} ms of that is the processor's time."] if start is not None else []
    return "\n".join(lines)


def _memory(grown: dict[str, Any]) -> str:
    if not grown:
        return ""
    return (
        f"Memory: {grown['first_mb']:.1f} MB after {grown['warm']:.0f} forms, {grown['last_mb']:.1f} MB after "
        f"{grown['forms']:.0f}, never over {grown['most_mb']:.1f} MB in between (aim: at most {GROWTH_MB:.0f} MB more)."
    )


def _pauses(blocks: dict[str, Any], worst: dict[str, Any]) -> str:
    if not blocks:
        return ""
    lines = ["| window's thread | longest pause, ms | over 100 ms | by its own work |", "|---|---:|---:|---:|"]
    for name, each in blocks.items():
        own = sum(block["cpu_ms"] > PAUSE_MS for block in each)
        lines.append(f"| {name} | {worst[name]:.0f} | {len(each)} | {own} |")
    said = [
        f"- {name}, {block['wall_ms']:.0f} ms ({block['cpu_ms']:.0f} its own): {block['where']}"
        for name, each in blocks.items()
        for block in each
    ]
    return "\n".join([*lines, "", *said]).rstrip()


def missed(measured: dict[str, Any]) -> list[str]:
    """What misses its aim. A pause counts where the thread itself worked, not where the machine had other work."""
    late = [
        f"{name} {measured['figures'][name][which]:.0f} ms"
        for name, (which, most) in AIMS.items()
        if name in measured["figures"] and measured["figures"][name][which] > most
    ]
    grown = measured["memory"]["last_mb"] - measured["memory"]["first_mb"] if measured["memory"] else 0.0
    late += [f"memory + {grown:.0f} MB"] if grown > GROWTH_MB else []
    late += [
        f"{name} held up {block['cpu_ms']:.0f} ms"
        for name, blocks in measured["blocks"].items()
        for block in blocks
        if block["cpu_ms"] > PAUSE_MS
    ]
    late += [
        f"{row['name']}: {row['forms'] - row['saved']} not saved"
        for row in measured["robot"]
        if row["saved"] < row["forms"]
    ]
    return late
