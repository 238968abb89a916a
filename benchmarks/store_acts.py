"""An office's store with everything in it, and what is done to it: each act can be killed anywhere and done again.

``Place`` is a folder with a township's store, its county's, an older program's, scans to take in, a backup and
packages. An act looks at what is there and does what is left of it, as a person would who starts the program again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from benchmarks.kill_run import CHEAP_KDF, NOW, PASSWORD, Clock
from benchmarks.old_store import make_old_store
from benchmarks.scripted import ScriptedPool, scan
from forms.catalog import shipped_forms
from forms.kinds import JsonValue
from records import handovers
from records.errors import WrongPassword
from records.store import Store
from records.views import Actor, AnswerState, BatchState, ErasureState, PageRow, PageState, Role, VerifySheet
from workflow import (
    arranging,
    backups,
    duplicates,
    erasing,
    handover,
    handover_in,
    intake,
    partners,
    people,
    recognise,
    report,
    verify,
)
from workflow.access import create_office, log_in, store_exists

SECOND_PASSWORD = "雾凇岛上-67890"
TOWN, COUNTY = "黄松甸镇人民政府", "蛟河市民政局"
FRONT: dict[str, JsonValue] = {
    "form_unit": TOWN, "form_date": "2024-11-01", "form_division": "220281104", "form_collection": ["visit"],
    "child_name": "欧阳雪", "child_sex": ["2"], "child_ethnic_group": "01", "child_birth_date": "2018-01-01",
    "child_id_number": "220284201801010023", "child_registered": ["yes"], "child_household": "220284",
    "child_residence": {"division": "220281104", "detail": "河沿街3号"}, "child_arrival": "2024-03",
    "child_accompanied": ["both"], "school_state": ["primary"], "school_name": "黄松甸镇中心小学",
    "permit_state": ["none"], "health_managed": ["na"], "health_body": ["healthy"], "child_mind": ["anxious"],
    "immunisation_state": ["complete"], "insurance_state": ["residence"],
}  # fmt: skip
BACK: dict[str, JsonValue] = {
    "father_name": "欧阳松", "father_state": ["normal"], "mother_name": "林雾凇", "mother_state": ["normal"],
    "caregiver_name": "林雾凇", "caregiver_relation": "52", "caregiver_phone": "13904320001",
    "guardianship_state": ["good"], "support_income": ["wages"], "concern_listed": ["no"], "informed": ["yes"],
    "sign_guardian": "present", "sign_collector": "present",
}  # fmt: skip
OTHERS: tuple[dict[str, JsonValue], ...] = (
    {},
    {"child_name": "王一", "child_id_number": "22028420180101004X"},
    {"child_name": "王乙", "child_id_number": None, "child_registered": ["no"]},
)
Changed = dict[str, JsonValue]
_HOURS = count()


@dataclass(frozen=True, slots=True)
class Place:
    """Where everything lies."""

    folder: Path

    @property
    def town(self) -> Path:
        return self.folder / "镇"

    @property
    def county(self) -> Path:
        return self.folder / "县"

    @property
    def old(self) -> Path:
        return self.folder / "旧"

    @property
    def new(self) -> Path:
        return self.folder / "新"

    @property
    def restored(self) -> Path:
        return self.folder / "恢复"

    @property
    def backup(self) -> Path:
        return self.folder / "带走的.tdbackup"

    def package(self, number: int) -> Path:
        return self.folder / f"交接{number}.tdhandover"


@dataclass(frozen=True, slots=True)
class Act:
    """``store``: the folder that it changes. ``whole``: killed anywhere, that is as before or as afterwards."""

    do: Callable[[Place], None]
    store: str = "镇"
    whole: bool = False


@contextmanager
def opened(data_dir: Path) -> Iterator[tuple[Store, Actor]]:
    """The store, opened by its administrator with whichever of two passwords holds now."""
    now = NOW + timedelta(hours=next(_HOURS))  # so that nobody who tries two passwords has to wait
    try:
        found = log_in(data_dir, username="admin", password=PASSWORD, now=now)
    except WrongPassword:
        found = log_in(data_dir, username="admin", password=SECOND_PASSWORD, now=now)
    with found.store:
        yield found.store, found.actor


# -- making it --------------------------------------------------------------------------------------------------------


def make_place(folder: Path) -> Place:
    """Everything, once; acts work on copies."""
    place = Place(folder)
    folder.mkdir(parents=True)
    _office(place.town, TOWN, "220281104")
    _office(place.county, COUNTY, "220281")
    make_old_store("0001", place.old, PASSWORD, NOW, CHEAP_KDF)
    scans = folder / "扫描"
    scans.mkdir()
    clock = Clock(again=False)
    with opened(place.town) as (store, actor), opened(place.county) as (other, county):
        _introduce(place, store, actor, other, county)
        for number, changed in enumerate(OTHERS):
            _paper(scans / f"甲{number}.jpg", f"A{number}", changed)
        intake.take_in_folder(store, actor, clock(), [scans])
        _read(store, actor, clock)
        for _ in range(2):
            _save_next(store, actor, clock)
        handover.make(store, actor, clock(), COUNTY, place.package(1), sensitive=True)
        handover_in.take_in(other, county, clock(), place.package(1))
        _save_next(store, actor, clock)
        handover.make(store, actor, clock(), COUNTY, place.package(2), sensitive=True)
        _paper(scans / "乙.jpg", "B", {"child_name": "赵雪", "child_id_number": None, "child_registered": ["no"]})
        intake.take_in_folder(store, actor, clock(), [scans])
        _read(store, actor, clock)  # a draft to be saved
        _second_user(store, actor, clock)
        (scans / "误扫.jpg").write_bytes(scan({"form_page": 1, "serial": "X", "values": {"child_name": "生人"}}))
        intake.take_in_folder(store, actor, clock(), [scans])
        _read(store, actor, clock)
        _ask_erasure(store, actor, clock)
        (scans / "多余.jpg").write_bytes(scan({"form_page": 1, "serial": "Y", "values": {"child_name": "某某"}}))
        intake.take_in_folder(store, actor, clock(), [scans])
        _read(store, actor, clock)
        arranging.aside(store, actor, clock(), [_page(store, actor, "多余.jpg").page_id], remembered="搁置了 1 页")
        _paper(scans / "丙.jpg", "C", {"child_name": "钱雪", "child_id_number": None, "child_registered": ["no"]})
        intake.take_in_folder(store, actor, clock(), [scans])  # to be read
        _paper(scans / "丁.jpg", "D", {"child_name": "孙雪"})  # to be taken in
        (scans / "坏.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
        backups.make_backup(store, actor, clock(), place.backup)
    return place


def copy_of(place: Place, folder: Path) -> Place:
    shutil.copytree(place.folder, folder)
    return Place(folder)


def _office(data_dir: Path, name: str, division: str) -> None:
    create_office(
        data_dir, office_name=name, division=division, username="admin", full_name="演练", password=PASSWORD, now=NOW,
        kdf=CHEAP_KDF,
    ).store.close()  # fmt: skip


def _introduce(place: Place, store: Store, actor: Actor, other: Store, county: Actor) -> None:
    for giver, giving, taker, taking, name in (
        (store, actor, other, county, "镇"),
        (other, county, store, actor, "县"),
    ):
        card = place.folder / f"{name}.tdcard"
        told = partners.write_card(giver, giving, NOW, card, sensitive=True)
        partners.trust(taker, taking, NOW, card, told.fingerprint)


def _paper(path: Path, serial: str, changed: Changed) -> None:
    front = {"form_page": 1, "serial": serial, "values": {**FRONT, **changed}}
    path.write_bytes(scan(front, {"form_page": 2, "serial": serial, "values": BACK}))


def _second_user(store: Store, actor: Actor, clock: Callable[[], datetime]) -> None:
    people.add_user(
        store, actor, clock(), username="wang", full_name="王某", role=Role.ADMINISTRATOR, division=actor.division,
        password=SECOND_PASSWORD, kdf=CHEAP_KDF,
    )  # fmt: skip


def _ask_erasure(store: Store, actor: Actor, clock: Callable[[], datetime]) -> None:
    page = _page(store, actor, "误扫.jpg")
    erasing.request_erasure(store, actor, clock(), [page.page_id], "误扫他人证件")


def _page(store: Store, actor: Actor, name: str) -> PageRow:
    """The one page of this file."""
    (source,) = (s for s in intake.inbox(store, actor).sources if s.name == name)
    (page,) = source.pages
    return page


def _read(store: Store, actor: Actor, clock: Callable[[], datetime]) -> None:
    recognise.run_queue(store, actor, ScriptedPool(shipped_forms()[0]), clock=clock)


def _save_next(store: Store, actor: Actor, clock: Callable[[], datetime]) -> None:
    """The first draft of a whole form: what is still to be answered, then saved."""
    for row in verify.drafts(store, actor):
        sheet = verify.sheet(store, actor, row.registration_id)
        if len(sheet.pages) > 1:
            save(store, actor, clock, sheet)
            return


def save(store: Store, actor: Actor, clock: Callable[[], datetime], sheet: VerifySheet) -> None:
    """Everything that is still to be answered is confirmed, and the form saved, as a new child where it asks."""
    for item in sheet.items:
        if item.shown and item.state is AnswerState.MACHINE:
            verify.confirm(store, actor, clock(), sheet.registration_id, item.key, item.value)
    done = verify.finish(store, actor, clock(), sheet.registration_id)
    if isinstance(done, verify.AskSameChild):
        verify.finish(store, actor, clock(), sheet.registration_id, same_child=verify.NEW_CHILD)


# -- acts -------------------------------------------------------------------------------------------------------------


def _create(place: Place) -> None:
    if not store_exists(place.new):
        _office(place.new, TOWN, "220281104")


def _take_in(place: Place) -> None:
    with opened(place.town) as (store, actor):
        intake.take_in_folder(store, actor, Clock(again=True)(), [place.folder / "扫描"])


def _recognise(place: Place) -> None:
    with opened(place.town) as (store, actor):
        _read(store, actor, Clock(again=True))


def _save(place: Place) -> None:
    with opened(place.town) as (store, actor):
        _save_next(store, actor, Clock(again=True))


def _migrate(place: Place) -> None:
    with opened(place.old):
        pass


def _report(place: Place) -> None:
    clock, out = Clock(again=True), place.folder / "批次.xlsx"
    with opened(place.town) as (store, actor):
        found = report.batches(store, actor)
        if not found:
            ids = [row.registration_id for row in report.candidates(store, actor)][:1]
            report.new_batch(store, actor, clock(), "第一批", ids)
        (batch,) = report.batches(store, actor)
        if batch.state is BatchState.OPEN:
            report.freeze(store, actor, clock(), batch.batch_id)
        if not report.batch(store, actor, batch.batch_id).receipts:
            report.write(store, actor, clock(), batch.batch_id, out)


def _rotate(place: Place) -> None:
    with opened(place.town) as (store, actor):
        people.rotate_keys(store, actor, NOW)


def _remove_user(place: Place) -> None:
    """Somebody has left: no way in, and keys that open nothing of what comes."""
    with opened(place.town) as (store, actor):
        (gone,) = (row for row in people.users(store, actor) if row.username == "wang")
        people.disable_user(store, actor, NOW, gone.user_id)
        people.rotate_keys(store, actor, NOW)


def _password(place: Place) -> None:
    with opened(place.town) as (store, actor):
        try:
            people.change_password(store, actor, NOW, PASSWORD, SECOND_PASSWORD, kdf=CHEAP_KDF)
        except WrongPassword:
            return  # it was changed before the program was killed


def _recovery(place: Place) -> None:
    with opened(place.town) as (store, actor):
        people.new_recovery_code(store, actor, NOW, kdf=CHEAP_KDF)


def _back_up(place: Place) -> None:
    with opened(place.town) as (store, actor):
        if not backups.backups(store, actor):
            backups.make_backup(store, actor, Clock(again=True)())


def _restore(place: Place) -> None:
    if not store_exists(place.restored):
        backups.restore_backup(place.backup, place.restored, username="admin", secret=PASSWORD, now=NOW)


def _hand_over(place: Place) -> None:
    with opened(place.town) as (store, actor):
        (county,) = partners.partners(store, actor)
        with store.session() as session:
            noted = handovers.last(session, county.store_id, "out")
        if noted < 3:  # a package that was written and not noted is a good one, and the next holds all of it again
            path = next(p for p in map(place.package, (3, 4)) if not p.exists())
            handover.make(store, actor, Clock(again=True)(), COUNTY, path, everything=True, sensitive=True)


def _take_over(place: Place) -> None:
    with opened(place.county) as (store, actor):
        handover_in.take_in(store, actor, Clock(again=True)(), place.package(2))


def _erase(place: Place) -> None:
    second = log_in(place.town, username="wang", password=SECOND_PASSWORD, now=NOW)
    with second.store:
        (row,) = erasing.erasures(second.store, second.actor)
        if row.state is ErasureState.REQUESTED:
            erasing.carry_out_erasure(second.store, second.actor, Clock(again=True)(), row.erasure_id)


def _merge(place: Place) -> None:
    with opened(place.town) as (store, actor):
        rows = report.candidates(store, actor)
        ids = sorted(row.child_id for row in rows)
        if not duplicates.merges(store, actor):
            duplicates.merge(store, actor, Clock(again=True)(), ids[0], ids[1], "核对了户口簿")


def _arrange(place: Place) -> None:
    with opened(place.town) as (store, actor):
        page = _page(store, actor, "误扫.jpg")
        if page.state is not PageState.SET_ASIDE:
            arranging.aside(store, actor, Clock(again=True)(), [page.page_id], remembered="搁置了 1 页")


def _take_back(place: Place) -> None:
    with opened(place.town) as (store, actor):
        if _page(store, actor, "多余.jpg").state is PageState.SET_ASIDE:
            arranging.undo_last(store, actor, Clock(again=True)())


ACTS: dict[str, Act] = {
    "create": Act(_create, "新"),
    "take in": Act(_take_in),
    "read": Act(_recognise),
    "save": Act(_save),
    "put pages in order": Act(_arrange, whole=True),
    "take a deed back": Act(_take_back, whole=True),
    "merge": Act(_merge, whole=True),
    "report": Act(_report),
    "migrate": Act(_migrate, "旧"),
    "rotate keys": Act(_rotate, whole=True),
    "remove a user": Act(_remove_user),
    "change the password": Act(_password, whole=True),
    "new recovery code": Act(_recovery, whole=True),
    "back up": Act(_back_up, whole=True),
    "restore": Act(_restore, "恢复", whole=True),
    "make a package": Act(_hand_over, whole=True),
    "take a package in": Act(_take_over, "县", whole=True),
    "erase by law": Act(_erase, whole=True),
}
