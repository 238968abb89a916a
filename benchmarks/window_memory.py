"""What the window holds after hundreds of forms: one after the other verified with real keys and saved."""

from __future__ import annotations

import statistics
from collections import Counter
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from sqlalchemy import text

from benchmarks.kept_pages import KeptPool
from benchmarks.robot_hands import Hands, Stuck, until
from benchmarks.robot_run import SIZE
from benchmarks.running import Running, enter
from benchmarks.window_stores import INBOX, now, open_filled
from desktop.ui.verify.screen import VerifyScreen
from records.store import Store
from records.views import Actor
from workflow import verify

Key = Qt.Key
WARM = 20  # forms, after which everything that is kept is there
AROUND = 9  # forms that a figure is the median of: it stands for no single moment
TRIES = 4
EVERY_PAGE = text("PRAGMA quick_check")
AHEAD = 10.0  # seconds that reading ahead may take


def memory(folder: Path, forms: int) -> dict[str, float | list[float]]:
    """Resident memory in MB when all of so many forms were saved, and when a fifth of them was (at least ``WARM``).

    Every form is another one, shows its pages, and is saved. It is always looked at in the same moment: the last field
    of a form is at hand, and the form after it has been read ahead.
    """
    running = Running(folder / INBOX, now, KeptPool)
    opened = open_filled(folder, INBOX)
    window = enter(running, opened, SIZE)
    screen = running.screen(VerifyScreen)
    hands = Hands(running.program.shell.windowHandle())
    ids = tuple(draft.registration_id for draft in verify.drafts(opened.store, opened.actor)[:forms])
    held: list[float] = []
    saved: list[bool] = []
    screen.saved.connect(lambda: saved.append(True))
    _fill_caches(running)
    window.go("verify")
    screen.open_all(ids)
    tries: Counter[tuple[str, str]] = Counter()
    while until(lambda: len(saved) == len(ids) or _answerable(screen)) and len(saved) < len(ids):
        held += _answer(screen, hands, tries)
    running.close()
    if len(saved) < len(ids):
        raise Stuck(f"{len(saved)} of {len(ids)} forms were saved")
    warm = min(max(forms // 5, WARM), len(held))
    return {
        "first_mb": statistics.median(held[max(0, warm - AROUND) : warm]),
        "last_mb": statistics.median(held[-AROUND:]),
        "most_mb": max(held[warm:], default=held[-1]),
        "forms": len(ids),
        "warm": warm,
        "held_mb": [round(each, 1) for each in held],
    }


def _fill_caches(running: Running) -> None:
    """What the connections keep of the database is bounded (``records.database.CACHE_KIB``), 40 kB a form until then:
    it is full before anything is counted, so that what is seen to grow is nothing of it. A reading, the write that
    begins the next form and the one that saves the last each have a connection."""
    owner = QObject()

    def read(store: Store, _actor: Actor) -> None:
        with store.session() as one, store.session() as other:
            for session in (one, other):
                session.execute(EVERY_PAGE).all()

    def write(store: Store, _actor: Actor, _now: datetime) -> None:
        with store.transaction() as session:
            session.execute(EVERY_PAGE).all()

    running.jobs.read(read, lambda _none: None, owner=owner)
    running.jobs.write(write, owner=owner)
    running.settled()


def _answerable(screen: VerifyScreen) -> bool:
    walk = screen.walk
    shown = walk is not None and walk.here is not None and screen.parts.field.crop.painted
    return shown and not screen.forms.held


def _answer(screen: VerifyScreen, hands: Hands, tries: Counter[tuple[str, str]]) -> list[float]:
    """Confirm the field at hand; where nothing was read, it is blank on the paper. The memory before a form's last."""
    walk = screen.walk
    if walk is None or walk.here is None:
        return []
    place = (walk.sheet.registration_id, walk.current)
    tries[place] += 1
    if tries[place] > TRIES:
        raise Stuck(f"{walk.here.label} is refused: {screen.parts.field.told.text()} {screen.parts.notice.words}")
    following = screen.forms.stack.following
    held = []
    if walk.left <= 1 and following and until(lambda: screen.forms.ahead.ready(following) is not None, AHEAD):
        held.append(resident_mb())
    hands.press(Key.Key_F4 if walk.needs_more_than_enter(walk.here) else Key.Key_Return)
    return held


def resident_mb() -> float:
    """What this process holds now; 0.0 where the system doesn't tell."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0
