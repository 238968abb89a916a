"""What a package says of children and what is done for them: taken in here, or gone because it is gone there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from records import batch_rows, erasing, shells
from records.handover_documents import TABLES, Row
from records.handover_owned import Owned, foreign, unfit
from records.tables import Child, Registration, ReportElsewhere
from records.views import BatchRowState


@dataclass(slots=True)
class TakingCare(Owned):
    """The part of a package that is about children, links and proposals."""

    office: str  # its name, put before its storerooms
    own: str
    now: datetime
    sensitive: bool
    marks: batch_rows.Marks
    children: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)  # registrations of which something else is known now
    emptied: set[str] = field(default_factory=set)  # children that turned out to be none
    dropped: set[str] = field(default_factory=set)  # vault files that nobody names any more

    def _gone(self, registration_id: str) -> None:
        """Its owner erased it by law: it goes here, too. Of what was reported a tombstone stays."""
        found = self.session.get(Registration, registration_id)
        if found is None:
            return
        if found.store_id != self.partner:
            raise foreign()
        child_id = found.child_id
        batch_rows.leave(self.session, registration_id, self.marks, batch_rows.Left())
        pages, sheets = TABLES["pages"], TABLES["sheets"]
        lying = select(sheets.c.id).where(sheets.c.registration_id == registration_id).scalar_subquery()
        self.session.execute(update(pages).where(pages.c.sheet_id.in_(lying)).values(sheet_id=None, side=None))
        for page in erasing.pages_behind(self.session, registration_id):
            page.sheet, page.side = None, None
        self.session.flush()
        self.session.expunge(found)
        erasing.erase_registration(self.session, registration_id)
        self.merged = None
        if child_id is not None:
            self.children.add(child_id)

    def _gone_child(self, child_id: str, *, dropped: bool) -> None:
        """Of the child nothing is left at its owner's: it goes here, too, unless something of it is left here.

        ``dropped``: nothing was erased by law; its form was another child's, and its line on a base list is not it.
        """
        found = self.session.get(Child, child_id)
        if found is None:
            return
        if found.store_id != self.partner:
            raise foreign()
        if erasing.has_drafts(self.session, child_id):
            return
        if dropped:
            self.emptied.add(child_id)  # its registrations go over to their child with this package
            return
        erasing.erase_child(self.session, child_id)
        self.merged = None

    def drop_emptied(self) -> None:
        """When all registrations are where they belong."""
        for child_id in sorted(self.emptied):
            if shells.drop(self.session, child_id):
                self.children.discard(child_id)

    # -- children -----------------------------------------------------------------------------------------------------

    def _child(self, child_id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["children"]
        here = self.session.get(Child, child_id)
        if row["id"] != child_id or (here is not None and here.store_id != self.partner):
            raise foreign()
        if here is None:
            self.session.execute(insert(TABLES["children"]).values({**row, "store_id": self.partner}))
        else:
            kept = {name: row[name] for name in ("state", "exited_on", "exit_reason")}
            self.session.execute(update(TABLES["children"]).where(TABLES["children"].c.id == child_id).values(kept))
            self.session.expire(here)
        self.children.add(child_id)
        for table in ("child_moves", "concerns", "visits", "mandatory_reports", "work_log"):
            if rows[table] or here is not None:  # of a new child nothing is there that could go
                self._care(table, child_id, rows[table])

    def _care(self, table: str, child_id: str, rows: list[Row]) -> None:
        names = TABLES[table].c
        stands = self.stands_for(child_id)
        ids = {row["id"] for row in rows}
        here = {
            row["id"]: row for row in self.session.execute(select(TABLES[table]).where(names.id.in_(ids))).mappings()
        }
        for row in rows:
            before = here.get(row["id"])
            if row["child_id"] != child_id or (before is not None and not self.child_is_theirs(before["child_id"])):
                raise foreign()
            for name in (
                "by",
                "made_by",
                "decided_by",
                "ended_by",
                "planned_by",
                "recorded_by",
                "raised_by",
                "changed_by",
            ):
                if name in row:
                    self.by(row, name)
            values = {**row, "child_id": stands}
            if before is not None and "sealed" in row and row["sealed"] is None and not self.sensitive:
                values["sealed"] = before["sealed"]
            self.upsert(table, values, before is not None)
            self.note(table, row["id"])
            self.came_for(child_id, f"{table}.child_id", row["id"])
        if table in ("concerns", "visits"):  # proposals and plans are made anew; the rest is only added to
            state = "proposed" if table == "concerns" else "planned"
            rest = self.session.scalars(select(names.id).where(names.child_id == stands, names.state == state))
            lost = [row_id for row_id in rest if row_id not in ids and self.was_here(table, row_id)]
            if lost:
                self.session.execute(delete(TABLES[table]).where(names.id.in_(lost)))

    def _link(self, link_id: str, rows: Mapping[str, list[Row]]) -> None:
        """Two of the partner's children belong together, as somebody there confirmed or took back."""
        (row,) = rows["child_links"]
        if row["id"] != link_id or not all(self.child_is_theirs(row[end]) for end in ("child_id", "other_id")):
            raise foreign()
        here = self.exists("child_links", link_id)
        if here and not self.was_here("child_links", link_id):
            raise foreign()
        for name in ("made_by", "undone_by"):
            self.by(row, name)
        one, other = sorted(self.stands_for(row[end]) for end in ("child_id", "other_id"))
        if one != other:  # merged here, they are one child, who is not linked with itself
            self.upsert("child_links", {**row, "child_id": one, "other_id": other}, here)
            self.note("child_links", link_id)
            self.children |= {one, other}

    # -- reports ------------------------------------------------------------------------------------------------------

    def _report(self, report_id: str, rows: Mapping[str, list[Row]]) -> None:
        """That the partner reported a registration of its own, or of this office's, and what was answered."""
        (row,) = rows["reports_elsewhere"]
        here = self.session.get(ReportElsewhere, report_id)
        about = self.session.get(Registration, row["registration_id"])
        if row["id"] != report_id or row["store_id"] != self.partner or row["state"] is BatchRowState.FROZEN:
            raise foreign()
        if here is not None and (here.store_id != self.partner or here.registration_id != row["registration_id"]):
            raise foreign()
        if about is None:
            return  # erased here since
        if about.store_id not in (self.own, self.partner):
            raise foreign()
        if row["state"] is BatchRowState.RETURNED and not row["returned_reason"]:
            raise unfit()
        self.upsert("reports_elsewhere", row, here is not None)
        if here is not None:
            self.session.expire(here)
        self.told.add(about.id)

    def _gone_report(self, report_id: str) -> None:
        """Erased by law at the partner's."""
        here = self.session.get(ReportElsewhere, report_id)
        if here is None:
            return
        if here.store_id != self.partner:
            raise foreign()
        self.told.add(here.registration_id)
        self.session.delete(here)
        self.session.flush()

    # -- proposals ----------------------------------------------------------------------------------------------------

    def _proposal(self, proposal_id: str, rows: Mapping[str, list[Row]]) -> None:
        (row,) = rows["proposals"]
        table = TABLES["proposals"]
        here = self.session.execute(select(table).where(table.c.id == proposal_id)).mappings().one_or_none()
        about = self.session.scalar(select(Registration.store_id).where(Registration.id == row["registration_id"]))
        if row["id"] != proposal_id:
            raise foreign()
        if row["store_id"] == self.own:  # the owner's decision about a proposal of ours
            if here is None or here["store_id"] != self.own or about != self.partner:
                raise foreign()
            if here["state"] == "open" and row["state"] != "open":
                decided = {n: row[n] for n in ("state", "decided_at", "decided_by", "decision_note")}
                self.session.execute(update(table).where(table.c.id == proposal_id).values(decided))
            return
        if row["store_id"] != self.partner or (here is not None and here["store_id"] != self.partner):
            raise foreign()
        if about is None:
            return  # erased here since
        if about != self.own or row["state"] != "open":
            raise foreign()
        if here is None:
            self.session.execute(insert(table).values(row))
