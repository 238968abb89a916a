"""A partner's documents become rows of this store: its own rows stay its own, and nobody else's are touched.

Everything is checked against what the store knows before it is written: a document may only hold rows that are new, or
that the same partner owns. What doesn't fit refuses the whole package; the caller's transaction then leaves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, update

from forms.dictionary import extra_sensitive
from forms.form_file import FormError
from records.errors import PackageRefused, StoreDamaged
from records.handover_care import TakingCare
from records.handover_documents import GONE, GONE_CHILD, GONE_REPORT, TABLES, Document, Row, rows_of
from records.handover_file import NOTHING_DONE
from records.handover_owned import foreign, refuse_bomb, unfit
from records.packing import unpack_form
from records.tables import Dossier, Source, number_tail
from records.vault import ID_PATTERN
from records.views import RegistrationState


@dataclass(slots=True)
class Taking(TakingCare):
    """One package being taken in, within one transaction."""

    expected: set[str] = field(default_factory=set)  # vault files that are named and have not come yet
    known: set[str] = field(default_factory=set)  # vault files of the partner's that were here before
    registrations: set[str] = field(default_factory=set)
    rounds: dict[str, str] = field(default_factory=dict)
    placed: dict[str, tuple[str, int]] = field(default_factory=dict)
    moved: dict[tuple[str, str], str] = field(default_factory=dict)  # places known here under another id

    def put(self, document: Document) -> None:
        """Write one document. Raises PackageRefused."""
        kind = document.get("kind")
        if kind == GONE:
            self._gone(str(document["id"]))
            return
        if kind == GONE_REPORT:
            self._gone_report(str(document["id"]))
            return
        if kind == GONE_CHILD:
            self._gone_child(str(document["id"]), dropped=document.get("dropped") is True)
            return
        try:
            rows = rows_of(document)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise unfit() from error
        if kind == "registration":
            placed = document.get("placed")
            if not isinstance(placed, list) or any(not isinstance(p, list) or len(p) != 3 for p in placed):
                raise unfit()
            self._registration(str(document["id"]), rows, placed)
            return
        writers = {
            "form": self._form,
            "user": self._user,
            "round": self._round,
            "source": self._source,
            "child": self._child_and_dossier,
            "link": self._link,
            "proposal": self._proposal,
            "report": self._report,
        }
        writers[str(kind)](str(document["id"]), rows)

    # -- what is shared -----------------------------------------------------------------------------------------------

    def _form(self, _id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["forms_used"]
        table = TABLES["forms_used"]
        at = and_(table.c.form_id == row["form_id"], table.c.version == row["version"])
        here = self.session.scalar(select(table.c.definition).where(at))
        if here is not None:
            if here != row["definition"]:
                raise PackageRefused(
                    f"交接包用到的表格（{row['form_id']}）和本单位同号的表格不一样，整包没有接收，{NOTHING_DONE}"
                    "请两边核对，学表格时给不同的表格不同的编号。"
                )
            return
        refuse_bomb(row["definition"])
        try:
            form = unpack_form(row["definition"])
        except (StoreDamaged, FormError) as error:
            raise unfit() from error
        if (form.id, form.version) != (row["form_id"], row["version"]):
            raise unfit()
        self.session.execute(insert(table).values(row))

    def _user(self, user_id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["users"]
        table = TABLES["users"]
        here = self.session.execute(select(table.c.store_id).where(table.c.id == user_id)).one_or_none()
        if row["id"] != user_id or (here is not None and here.store_id != self.partner):
            raise foreign()
        named = {**row, "username": f"{row['username']}@{self.partner[-12:]}"}
        if here is None:
            self.session.execute(insert(table).values({**named, "store_id": self.partner, "disabled_at": self.now}))
        else:
            self.session.execute(update(table).where(table.c.id == user_id).values(named))
        self.people.add(user_id)

    def _round(self, round_id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["rounds"]
        table = TABLES["rounds"]
        here = self.session.scalar(select(table.c.id).where(table.c.name == row["name"]))
        taken = self.session.scalar(select(table.c.id).where(table.c.id == round_id))
        self.rounds[round_id] = here or round_id
        if here is None and taken is None:  # one that was renamed since keeps its place
            # an office's own rounds are the open ones
            self.session.execute(insert(table).values({**row, "closed_at": row["closed_at"] or self.now}))

    # -- files --------------------------------------------------------------------------------------------------------

    def _source(self, source_id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["sources"]
        sources, pages, readings = TABLES["sources"], TABLES["pages"], TABLES["readings"]
        here = self.session.execute(select(sources).where(sources.c.id == source_id)).mappings().one_or_none()
        if row["id"] != source_id or (here is not None and here["store_id"] != self.partner):
            raise foreign()
        self.by(row, "received_by")
        if here is not None and row["withheld"] and not here["withheld"] and row["erased_at"] is None:
            kept = ("vault_id", "vault_key", "vault_key_sealed", "withheld")  # came with an earlier package
            row = {**row, **{name: here[name] for name in kept}}
        old = {} if here is None else {here["vault_id"]: None}
        values = {**row, "store_id": self.partner, "content_hash": f"{self.partner[-12:]} {source_id}"}
        values |= {"delivered_path": "", "lies_outside": False, "password": None, "round_id": None}
        self.upsert("sources", values, here is not None)
        there = {
            page["id"]: page
            for page in self.session.execute(select(pages).where(pages.c.source_id == source_id)).mappings()
        }
        new = []
        for page in rows["pages"]:
            if page["source_id"] != source_id:
                raise foreign()
            before = there.get(page["id"])
            if before is None and self.exists("pages", page["id"]):
                raise foreign()
            if before is not None:
                old |= {before["view_id"]: None, before["masked_id"]: None}
                page = self._kept_view(page, dict(before))
            new.append(page)
            self.upsert("pages", page if before is not None else {**page, "attempts": 0}, before is not None)
        for lost in there.keys() - {page["id"] for page in new}:
            raise unfit() from KeyError(lost)  # pages of a file don't go away, they become tombstones
        self._readings([page["id"] for page in new], rows["readings"], readings)
        self._files_of(values, new, {vault_id for vault_id in old if vault_id is not None})

    def _files_of(self, values: Row, new: list[Row], old: set[str]) -> None:
        """Which vault files a source names now: those to come, those known, and those that nobody names any more."""
        named = {p[name] for p in new for name in ("view_id", "masked_id")} | {values["vault_id"]}
        named = {vault_id for vault_id in named if vault_id is not None}
        if values["erased_at"] is not None or values["withheld"]:
            named.discard(values["vault_id"])
        if not all(ID_PATTERN.fullmatch(vault_id) for vault_id in named):
            raise unfit()
        self._refuse_taken(named - old)
        self.known |= named & old
        self.expected |= named - old
        self.dropped |= old - named

    def _kept_view(self, page: Row, before: Row) -> Row:
        """What came with a package that two named persons let go stays when a plainer one follows."""
        if self.sensitive or not before["view_key_sealed"] or page["erased_at"] is not None:
            return page
        names = ("view_id", "view_key", "view_key_sealed", "masked_id", "masked_key")
        return {**page, **{name: before[name] for name in names}}

    def _refuse_taken(self, vault_ids: set[str]) -> None:
        """Raises where an id is one of another row's files."""
        for table, column in (("sources", "vault_id"), ("pages", "view_id"), ("pages", "masked_id")):
            names = TABLES[table].c
            statement = select(names[column], names.source_id if table == "pages" else names.id)
            for vault_id, source_id in self.session.execute(statement.where(names[column].in_(vault_ids))):
                owner = self.session.scalar(select(Source.store_id).where(Source.id == source_id))
                if owner != self.partner and vault_id in vault_ids:
                    raise foreign()

    def _readings(self, page_ids: list[str], rows: list[Row], table: Any) -> None:
        there = self.session.execute(
            select(table.c.id, table.c.page_id, table.c.sealed).where(table.c.page_id.in_(page_ids))
        )
        here = {row.id: row for row in there}
        coming = {row["id"]: row for row in rows}
        stays = {
            row_id for row_id, row in here.items() if row_id in coming and row.sealed is not None and not self.sensitive
        }
        gone = here.keys() - stays
        if gone:
            self.session.execute(delete(table).where(table.c.id.in_(gone)))
        for row_id, row in coming.items():
            if row_id in stays:
                continue
            if row["page_id"] not in page_ids or self.exists("readings", row_id):
                raise foreign()
            refuse_bomb(row["content"])
            self.session.execute(insert(table).values(row))

    # -- registrations ------------------------------------------------------------------------------------------------

    def _registration(self, registration_id: str, rows: Mapping[str, list[Row]], placed: list[Any]) -> None:
        (row,) = rows["registrations"]
        table = TABLES["registrations"]
        here = self.session.execute(select(table).where(table.c.id == registration_id)).mappings().one_or_none()
        if row["id"] != registration_id or row["store_id"] != self.partner:
            raise foreign()
        if here is not None and here["store_id"] != self.partner:
            raise foreign()
        if row["state"] not in (RegistrationState.VERIFIED, RegistrationState.REVIEWED) or row["child_id"] is None:
            raise unfit()
        self.by(row, "verified_by")
        row = {**row, "round_id": self.rounds.get(row["round_id"] or "")}
        child_id = str(row["child_id"])
        row["child_id"] = self.stands_for(child_id)
        if here is None or here["sequence"] != row["sequence"]:
            self._free_sequence(registration_id, row["sequence"])
        if here is not None:
            row = self._own_review(row, dict(here))
            if here["child_id"]:
                self.children.add(here["child_id"])
        self.upsert("registrations", row, here is not None)
        self.came_for(child_id, "registrations.child_id", registration_id)
        self.children.add(row["child_id"])
        self.registrations.add(registration_id)
        # of a new one nothing is here yet: whatever is about a registration comes in its own document
        self._places(registration_id, rows, placed, new=here is None)
        self._answers(registration_id, rows, new=here is None)
        if rows["second_entries"] or here is not None:
            self._second_entries(registration_id, rows["second_entries"])

    def _free_sequence(self, registration_id: str, sequence: int) -> None:
        """A store put back from a backup gives numbers again: the copy of a form that it lost gives its number up."""
        table = TABLES["registrations"]
        theirs = table.c.store_id == self.partner
        lost = select(table.c.id).where(theirs, table.c.sequence == sequence, table.c.id != registration_id)
        twin = self.session.scalar(lost)
        if twin is not None:
            lowest = self.session.scalar(select(func.min(table.c.sequence)).where(theirs)) or 0
            aside = update(table).where(table.c.id == twin).values(sequence=min(lowest, 0) - 1)
            self.session.execute(aside)

    def _own_review(self, row: Row, here: Row) -> Row:
        """What this office decided about the same verified state stands until its owner has answered."""
        if row["state"] is RegistrationState.VERIFIED and row["verified_at"] == here["verified_at"]:
            names = ("state", "reviewed_at", "reviewed_by", "sent_back_reason")
            return {**row, **{name: here[name] for name in names}}
        return row

    def _child_and_dossier(self, child_id: str, rows: Mapping[str, list[Row]]) -> None:
        """A child; its dossier is known from the first, where it stands comes with the papers in it."""
        self._child(child_id, rows)
        for row in rows["dossiers"]:
            if row["child_id"] != child_id:
                raise foreign()
            here = self.session.get(Dossier, row["id"])
            box_id = None if here is None else here.box_id
            stands = self.stands_for(child_id)
            self._numbered("dossiers", {**row, "child_id": stands, "box_id": box_id})
            self.came_for(child_id, "dossiers.child_id", row["id"])
            if here is not None:
                self.session.expire(here)

    def _places(self, registration_id: str, rows: Mapping[str, list[Row]], placed: list[Any], *, new: bool) -> None:
        for row in rows["locations"]:
            row["storeroom"] = f"{self.office}　{row['storeroom']}".strip()
            self._place("locations", row, ("storeroom", "area", "row", "rack", "shelf"))
        for row in rows["boxes"]:
            row["location_id"] = self._now("locations", row["location_id"])
            self._place("boxes", row, ("location_id", "number"))
        for row in rows["dossiers"]:
            row["child_id"] = None if row["child_id"] is None else self.stands_for(row["child_id"])
            row["box_id"] = self._now("boxes", row["box_id"])
            self._numbered("dossiers", row)
        known = set()  # items that were here before
        for row in rows["archive_items"]:
            if row["registration_id"] not in (None, registration_id):
                raise foreign()
            row["box_id"] = self._now("boxes", row["box_id"])
            row["location_id"] = self._now("locations", row["location_id"])
            if self._numbered("archive_items", row):
                known.add(row["id"])
        own = {row["id"] for row in rows["archive_items"] if row["registration_id"] == registration_id}
        before = set() if new and not known else self._sheets_before(registration_id, own)
        self._sheets(registration_id, own, before, rows["sheets"], placed)
        if known:
            references = TABLES["cross_references"]
            self.session.execute(delete(references).where(references.c.from_item_id.in_(known)))
        self._references({row["id"] for row in rows["archive_items"]}, rows["cross_references"])

    def _sheets_before(self, registration_id: str, items: set[str]) -> set[str]:
        """Sheets that are here: those of the form, and those with papers behind it."""
        sheets = TABLES["sheets"]
        of_form = select(sheets.c.id).where(sheets.c.registration_id == registration_id)
        in_items = select(sheets.c.id, sheets.c.registration_id).where(sheets.c.item_id.in_(items))
        before = set(self.session.scalars(of_form))
        before.update(sheet_id for sheet_id, form in self.session.execute(in_items) if form is None)
        return before

    def _sheets(
        self, registration_id: str, items: set[str], before: set[str], rows: list[Row], placed: list[Any]
    ) -> None:
        """Sheets of the form, and those with papers behind it: in ``items``, which are the registration's alone."""
        sheets, pages = TABLES["sheets"], TABLES["pages"]
        own = {row["id"] for row in rows}
        if before:
            lying = pages.c.sheet_id.in_(before)
            self.session.execute(update(pages).where(lying).values(sheet_id=None, side=None))
        for row in rows:
            form = row["registration_id"] == registration_id
            if not form and (row["registration_id"] is not None or row["item_id"] not in items):
                raise foreign()
            here = self.exists("sheets", row["id"])
            if here and row["id"] not in before and not self.was_here("sheet", row["id"]):
                raise foreign()
            self.upsert("sheets", row, here)
            self.note("sheet", row["id"])
        if before - own:
            self.session.execute(delete(sheets).where(sheets.c.id.in_(before - own)))
        for page_id, sheet_id, side in placed:
            if sheet_id not in own or not isinstance(page_id, str) or side not in (1, 2):
                raise unfit()
            self.placed[page_id] = (sheet_id, side)

    def _references(self, items: set[str], rows: list[Row]) -> None:
        for row in rows:
            if row["from_item_id"] not in items or self.exists("cross_references", row["id"]):
                raise foreign()
            self.by(row, "by")
            self.upsert("cross_references", row, here=False)

    def _place(self, table: str, row: Row, unique: tuple[str, ...]) -> None:
        """A box or a shelf: known here by its id, or by its marks under another one."""
        columns = TABLES[table].c
        same = [columns[name].is_(row[name]) if row[name] is None else columns[name] == row[name] for name in unique]
        twin = self.session.scalar(select(columns.id).where(*same, columns.id != row["id"]))
        if twin is not None:
            self.moved[table, row["id"]] = twin
            return
        here = self.exists(table, row["id"])
        if here and not self.was_here(table, row["id"]):
            raise foreign()
        self.upsert(table, row, here)
        self.note(table, row["id"])

    def _now(self, table: str, row_id: str | None) -> str | None:
        return None if row_id is None else self.moved.get((table, row_id), row_id)

    def _numbered(self, table: str, row: Row) -> bool:
        """Something with a 档号; was it here before?"""
        columns = TABLES[table].c
        number = row["archive_number"]
        asked = select(columns.id).where(or_(columns.archive_number == number, columns.id == row["id"]))
        found = set(self.session.scalars(asked))
        here = row["id"] in found
        twins = found - {row["id"]}
        if any(not self.was_here(table, twin) for twin in twins):
            raise PackageRefused(
                f"交接包里的档号 {number} 本单位已经有了，整包没有接收，{NOTHING_DONE}"
                "请两边核对全宗号和乡镇（机构）一段，档号不能重复。"
            )
        if here and not self.was_here(table, row["id"]):
            raise foreign()
        for twin in twins:
            self._lose_number(table, twin, number)
        values = row
        if table == "archive_items":
            if row["dossier_id"] is not None:
                self._make_room(row)
            values = {**row, "series_id": None, "item_number": None, "number_tail": number_tail(row["number_norm"])}
        self.upsert(table, values, here)
        self.note(table, row["id"])
        return here

    def _lose_number(self, table: str, twin: str, number: str) -> None:
        """Its own document says its new number, unless its owner lost it with a disk and gave the number again."""
        former = f"{number}（旧{twin[-6:]}）"
        values = {"archive_number": former}
        if table == "archive_items":
            values |= {"number_norm": former, "number_tail": number_tail(former)}
        self.session.execute(update(TABLES[table]).where(TABLES[table].c.id == twin).values(values))

    def _make_room(self, row: Row) -> None:
        """Likewise with the place within a dossier."""
        items = TABLES["archive_items"]
        within = items.c.dossier_id == row["dossier_id"]
        twin = self.session.scalar(
            select(items.c.id).where(within, items.c.position == row["position"], items.c.id != row["id"])
        )
        if twin is not None and self.was_here("archive_items", twin):
            last = self.session.scalar(select(func.max(items.c.position)).where(within)) or 0
            self.session.execute(update(items).where(items.c.id == twin).values(position=last + 1))

    def _answers(self, registration_id: str, rows: Mapping[str, list[Row]], *, new: bool) -> None:
        answers = TABLES["answers"]
        gone = answers.c.registration_id == registration_id
        coming = {row["key"] for row in rows["answers"]}
        if not self.sensitive:  # what named persons let come before stays
            gone = and_(gone, answers.c.sealed.is_(None) | answers.c.key.in_(coming))
        if not new:
            self.session.execute(delete(answers).where(gone))
        for row in rows["answers"]:
            if row["registration_id"] != registration_id:
                raise foreign()
            self.by(row, "changed_by")
        if rows["answers"]:
            self.session.execute(insert(answers), rows["answers"])
        if rows["answer_events"]:
            self._history(registration_id, rows["answer_events"])

    def _second_entries(self, registration_id: str, rows: list[Row]) -> None:
        """What two persons at the owner's agreed upon; where two have agreed here, too, that stays."""
        table = TABLES["second_entries"]
        here = self.session.execute(select(table).where(table.c.registration_id == registration_id)).mappings().all()
        theirs = {row["id"] for row in here if self.was_here("second_entries", row["id"])}
        lost = theirs - {row["id"] for row in rows}
        if lost:
            self.session.execute(delete(table).where(table.c.id.in_(lost)))
        own = {row["key"]: row for row in here if row["id"] not in theirs}
        for row in rows:
            if row["registration_id"] != registration_id or (row["key"] in extra_sensitive()):
                raise foreign()
            for name in ("first_by", "entered_by", "resolved_by"):
                self.by(row, name)
            if self.exists("second_entries", row["id"]) and row["id"] not in theirs:
                raise foreign()
            mine = own.get(row["key"])
            if mine is not None and (mine["agreed"] or mine["resolved_at"] is not None):
                continue
            if mine is not None:
                self.session.execute(delete(table).where(table.c.id == mine["id"]))
            self.upsert("second_entries", row, row["id"] in theirs)
            self.note("second_entries", row["id"])

    def _history(self, registration_id: str, rows: list[Row]) -> None:
        """Steps are only added; one that was here says what it said."""
        events = TABLES["answer_events"]
        there = self.session.execute(select(events).where(events.c.registration_id == registration_id)).mappings()
        here = {row["id"]: row for row in there}
        new = []
        for row in rows:
            before = here.get(row["id"])
            if row["registration_id"] != registration_id:
                raise foreign()
            if before is None:
                self.by(row, "by")
                new.append(row)
            elif any(before[name] != value for name, value in row.items() if name not in ("sealed", "reading_id")):
                raise PackageRefused(
                    f"交接包里的修改历史和上次收到的不一样，整包没有接收，{NOTHING_DONE}请和对方联系，查明原因。"
                )
        if new:
            ids = [row["id"] for row in new]
            if self.session.scalar(select(events.c.id).where(events.c.id.in_(ids)).limit(1)) is not None:
                raise foreign()
            self.session.execute(insert(events), new)

    # -- at the end ---------------------------------------------------------------------------------------------------

    def place_pages(self) -> None:
        """Pages find their sheets, when all registrations are there."""
        pages, sources = TABLES["pages"], TABLES["sources"]
        theirs = select(sources.c.id).where(sources.c.store_id == self.partner)
        for page_id, (sheet_id, side) in self.placed.items():
            at = and_(pages.c.id == page_id, pages.c.source_id.in_(theirs))
            done = self.session.connection().execute(update(pages).where(at).values(sheet_id=sheet_id, side=side))
            if done.rowcount != 1:
                raise foreign()
