"""An office with a real encrypted store, and hands to put files into it and read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forms.kinds import JsonValue
from records.keys import Kdf
from records.store import Store
from records.views import Actor, RegistrationState, Role, VerifySheet
from tests.workflow.scripted import FORM, Page, ScriptedPool, back, believing, front, scan
from workflow import cli, intake, recognise, settings, verify
from workflow.access import create_office
from workflow.changes import Changes

QUICK = Kdf(memory_kib=8, iterations=1, lanes=1)  # a key derivation that costs nothing
PASSWORD = "松花江-雾凇-2026"
LATER = datetime(2027, 2, 1, 1, 0, tzinfo=UTC)  # when commands are typed


@dataclass
class Clock:
    """Every look at it is a second later."""

    now: datetime = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class OfficeAtWork:
    """A store, its administrator, and a folder into which a scanner delivers."""

    store: Store
    actor: Actor
    folder: Path
    clock: Clock = field(default_factory=Clock)
    pool: ScriptedPool = field(default_factory=ScriptedPool)

    def deliver(self, name: str, *pages: Page, **about: object) -> intake.TakeIn:
        """A scan arrives and is taken in."""
        path = self.folder / name
        path.write_bytes(scan(*pages, **about))
        return intake.take_in(self.store, self.actor, self.clock(), path)

    def read(self, **more: object) -> Changes:
        """Everything that waits is read."""
        return recognise.run_queue(self.store, self.actor, self.pool, clock=self.clock, **more)  # type: ignore[arg-type]  # tests name the optional arguments

    def sheets(self) -> list[VerifySheet]:
        """The drafts as the verify screen shows them."""
        rows = verify.drafts(self.store, self.actor)
        return [verify.sheet(self.store, self.actor, row.registration_id) for row in rows]

    def answer_all(self, sheet: VerifySheet) -> None:
        """Enter on everything that is shown."""
        for item in sheet.items:
            if item.shown:
                verify.confirm(self.store, self.actor, self.clock(), sheet.registration_id, item.key, item.value)

    def verified(self, sheet: VerifySheet, same_child: str | None = None) -> verify.Finished:
        """Everything confirmed and saved."""
        self.answer_all(sheet)
        done = verify.finish(self.store, self.actor, self.clock(), sheet.registration_id, same_child=same_child)
        assert isinstance(done, verify.Finished)
        return done

    def child(self, mark: str, same_child: str | None = None, **values: JsonValue) -> str:
        """A verified registration of one child, with nothing to look at; ``values`` of either side. Its child's id."""
        settings.change_setting(self.store, self.actor, self.clock(), "show_all_until", 0)
        settings.change_setting(self.store, self.actor, self.clock(), "recheck_percent", 0)
        behind = {field.key for field in FORM.on_page(2)}
        sides = ({k: v for k, v in values.items() if (k in behind) is back_side} for back_side in (False, True))
        on_front, on_back = sides
        self.deliver(f"{mark}.tif", front(mark, (), **on_front), back(mark, (), **on_back))
        self.read()
        (sheet,) = (s for s in self.sheets() if s.state is RegistrationState.DRAFT)
        return self.verified(sheet, same_child).child_id

    def as_role(self, role: Role) -> Actor:
        """The same person with another role."""
        return replace(self.actor, role=role)


MakeOffice = Callable[[str], OfficeAtWork]


@pytest.fixture
def make_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeOffice]:
    """Makes offices of their own; the judge believes the scripted reader's confidence."""
    monkeypatch.setattr("workflow.drafting.judge", believing)
    monkeypatch.setattr("workflow.settling.judge", believing)
    monkeypatch.setattr("workflow.papers.judge", believing)
    made: list[Store] = []

    def make(name: str) -> OfficeAtWork:
        opened = create_office(
            tmp_path / name / "资料库",
            office_name="黄松甸镇人民政府",
            division="220281104",
            username="admin",
            full_name="管理员",
            password=PASSWORD,
            now=datetime(2026, 10, 12, 1, 0, tzinfo=UTC),
            kdf=QUICK,
        )
        made.append(opened.store)
        folder = tmp_path / name / "扫描件 待收"
        folder.mkdir(parents=True)
        return OfficeAtWork(opened.store, opened.actor, folder)

    yield make
    for store in made:
        store.close()


@pytest.fixture
def office(make_office: MakeOffice) -> OfficeAtWork:
    return make_office("镇")


Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Runs a command with a password (or recovery code) and a new one; exit code and what was said."""
    monkeypatch.setattr(cli, "clock", lambda: LATER)
    derive = Kdf.derive  # the commands take production's cost: a second each here
    monkeypatch.setattr(Kdf, "derive", lambda _kdf, secret, salt: derive(QUICK, secret, salt))

    def command(*words: str, password: str = PASSWORD, new: str = "") -> tuple[int, str]:
        monkeypatch.setenv("TONGDANG_PASSWORD", password)
        if new:
            monkeypatch.setenv("TONGDANG_NEW_PASSWORD", new)
        code = cli.main(words)
        said = capsys.readouterr()
        return code, said.out + said.err

    return command
