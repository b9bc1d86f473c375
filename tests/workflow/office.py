"""An office with a few invented children, a province with its keys, and a folder between them."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from childdb.exchange.destination import Destination
from childdb.exchange.keyring import Keyring, keyring_file
from childdb.store import Store
from childdb.workflow.destinations import set_destination
from childdb.workflow.placing import Register
from childdb.workflow.sending import Period, Sender, send
from tests.store.people import file, record, sheet

NOW = datetime(2024, 12, 1, 8, 0, tzinfo=UTC)
DAY = date(2024, 11, 30)
NOVEMBER = Period("2024-11", DAY)
LATER = timedelta(minutes=1)


class Office:
    """One district's store and keys at PLACE, its outgoing folder, and the province's keys beside it."""

    def __init__(self, place: Path):
        self.place, self.stick = place, place / "usb"
        self.db, self.key_file = place / "s.db", place / "k"
        self.store = Store.open(str(self.db), self.key_file)
        self.ring = Keyring.read(keyring_file(self.key_file))
        self.province = Keyring.read(place / "province")

    def bring(self, *rows, name="1", listed=DAY):
        reading = file(sheet(rows, listed=listed), name=name)
        return self.store.write_import(reading, Register(self.store).place(reading), actor="thử", now=NOW).batch

    def who(self, actor="cán bộ", now=NOW):
        return Sender(self.store, self.ring, actor, now)

    def send(self, period=NOVEMBER, *, actor="cán bộ", now=NOW, **words):
        return send(self.who(actor, now), "tinh", period, **words)

    def set(self, **words):
        wanted = Destination("tinh", "folder", str(self.stick), "tinh", "Huyện", "Tỉnh", attempts=1)
        set_destination(self.store, replace(wanted, **words), actor="thử", now=NOW)

    def close(self):
        self.store.close()


def make(place: Path, *rows) -> Office:
    """A new office; the default children: two that may go and one without a parent's name, who is held."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "usb").mkdir()
    Store.init(str(place / "s.db"), place / "k", now=NOW).close()
    office = Office(place)
    day = NOW.date()
    signing = office.ring.new_signing("huyện", day)
    answering, opening = office.province.new_signing("tỉnh", day), office.province.new_opening("tỉnh", day)
    office.ring.add_receiver("tinh", opening.public, day)
    office.ring.add_sender("tỉnh", answering.public, day)
    office.province.add_sender("huyện", signing.public, day)
    office.set()
    office.bring(*(rows or (record("Lò Thị Hoa"), record("Quàng Văn Nam", sex="M"), record("Cà Thị Mai", mother=None))))
    return office


def copy(office: Office, place: Path) -> Office:
    """The same office at another place, on its own."""
    shutil.copytree(office.place, place, dirs_exist_ok=True)
    again = Office(place)
    again.set()
    return again
