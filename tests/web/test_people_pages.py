"""People and rights, requests and breaches, reports, sending: each done on its page."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest
import segno
from docx import Document

from childdb.store import passwords, users
from childdb.web import tasks
from childdb.web.viewer import local_administrator, viewer_of
from childdb.workflow import duties, people
from childdb.workflow.destinations import destinations
from childdb.workflow.finding import Finder, Query
from childdb.workflow.opening import open_keyring
from tests.web.desk import NOW, Pages
from tests.workflow.conftest import blank_office  # noqa: F401 (fixture)
from tests.workflow.office import Office

pytestmark = pytest.mark.usefixtures("cheap_passwords")


@pytest.fixture
def pages(blank_office, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(tasks, "now", lambda: NOW)
    shutil.copytree(blank_office.place, tmp_path / "o")
    office = Office(tmp_path / "o")
    office.set()
    made = Pages(office.store)
    made.office = office
    yield made
    office.close()


PASSWORD = {"password": "núi cao sông dài", "again": "núi cao sông dài"}


def test_a_user_is_made_changed_and_shut_out(pages):
    desk = pages.alone()
    made = desk.done(
        "/people/new", login="lan", name="Lò Thị Lan", role="commune", commune="03256@2025-07-01", **PASSWORD
    )
    assert "otpauth://totp/childdb:lan" in made.text
    with pages.store.reading() as connection:
        seed = users.named(connection, pages.store.cipher, "lan").secret["seed"]
    # the square code says what stands beside it: its lines are those of the address of the seed that is kept
    drawn = segno.make(passwords.address(seed, "lan"), error="m", micro=False).svg_inline(omitsize=True, lineclass=None)
    (picture,) = re.findall(r"<svg.*?</svg>", made.text)
    assert re.search(r' d="([^"]+)"', drawn)[1] in picture
    assert "style=" not in picture and "<title>Mã vuông cho lan</title>" in picture
    (lan,) = people.accounts(pages.store, now=NOW)
    assert (lan.roles, lan.communes, lan.ready) == (("commune",), ("03256@2025-07-01",), True)
    assert "Lò Thị Lan" in desk.get("/people").text
    desk.done("/people/users/lan/roles", role="district", sealed="1")
    assert people.standing(pages.store, "lan").rights.sees_sealed
    desk.done("/people/users/lan/active", active="0")
    assert people.standing(pages.store, "lan") is None
    assert "không vào được nữa" in desk.done("/people/users/lan/active", active="0").text
    assert "otpauth" in desk.done("/people/users/lan/code").text


@pytest.mark.parametrize(
    "words",
    [
        {"login": "lò", "role": "district", **PASSWORD},
        {"login": "lan", "role": "commune", **PASSWORD},
        {"login": "lan", "role": "commune", "commune": "' or 1=1", **PASSWORD},
        {"login": "lan", "role": "king", **PASSWORD},
        {"login": "lan", "role": "district", "password": "ngắn", "again": "ngắn"},
        {"login": "lan", "role": "district", "password": "núi cao sông dài", "again": "khác"},
    ],
)
def test_a_user_that_does_not_fit_is_refused_and_not_made(pages, words):
    answer = pages.alone().done("/people/new", **words)
    assert answer.status_code in (400, 404)
    assert people.accounts(pages.store, now=NOW) == []


def test_an_administrator_does_not_shut_himself_out(pages):
    sep = pages.who("sep", ["administrator"])
    assert sep.done("/people/users/sep/active", active="0").status_code == 400
    assert sep.done("/people/users/sep/roles", role="district").status_code == 400
    assert people.standing(pages.store, "sep") is not None


def test_each_reads_the_own_looks_an_administrator_all_of_them_and_the_chain_is_verified(pages):
    lan, sep = pages.who("lan", ["district"]), pages.who("sep", ["administrator"])
    Finder(pages.store).find(Query(name="hoa"), reason="khám mắt", actor="lan", now=NOW)
    pages.store.note_use("mai", "list", "đi thăm", 3, now=NOW)
    mine = lan.get("/people?actor=mai").text
    assert "khám mắt" in mine and "hoa</td>" in mine and "đi thăm" not in mine
    all_of_them = sep.get("/people").text
    assert "khám mắt" in all_of_them and "đi thăm" in all_of_them and "hoa</td>" not in all_of_them
    assert "nguyên vẹn" in sep.done("/people/verify").text


def test_an_own_new_password_needs_the_old_one(pages):
    lan = pages.who("lan", ["district"])
    people.set_password(pages.store, "lan", "một hai ba bốn", actor="x", now=NOW)
    lan = pages._with(pages.desk.sessions.begin(*_seat(pages)))
    assert lan.form("/people/password", old="sai", **PASSWORD).status_code == 403
    assert lan.form("/people/password", old="một hai ba bốn", **PASSWORD).headers["location"] == "/login"
    assert lan.get("/people").status_code == 303


def _seat(pages):
    there = people.standing(pages.store, "lan")
    return viewer_of(there.rights), there.stamp


def test_a_request_to_erase_from_first_to_last(pages):
    lan = pages.who("lan", ["district"])
    child = pages.store.people()[0]
    name, key = child.fields["full_name"], str(child.child)
    lan.done(
        "/duties/requests", kind="delete", applicant="Mẹ của cháu", child=key, words="xóa", received="2026-03-05T07:00"
    )
    listed = lan.get("/duties").text
    assert "xóa dữ liệu" in listed and "Mẹ của cháu" not in listed
    lan.done("/duties/requests/1/acknowledge")
    told = lan.done("/duties/requests/1", reason="trả lời")
    assert "Mẹ của cháu" in told.text
    assert people.access_log(pages.store, people.standing(pages.store, "lan").rights)[0].reason == "trả lời"
    assert lan.done("/duties/requests/1/erase", child=key, reason="yêu cầu", sure="ừ").status_code == 400
    before = pages.desk.start("report_check", local_administrator("lan"), {"file": "x"}).id  # another job's leftovers
    gone = lan.done("/duties/requests/1/erase", child=key, reason="yêu cầu", sure="xóa")
    assert "Đã xóa ở lô" in gone.text
    assert not pages.desk.queue.place(before).exists()
    assert key not in "".join(j.read_text("utf-8") for j in pages.desk.queue.folder.rglob("job.json"))
    assert name not in [p.fields["full_name"] for p in pages.store.people()]
    lan.done("/duties/requests/1/answer", done="đã xóa")
    assert duties.requests(pages.store)[0].done == "đã xóa"


def test_a_breach_from_first_to_last(pages):
    lan = pages.who("lan", ["district"])
    made = lan.done("/duties/incidents", what="<b>mất</b> USB", detected="2026-03-05T07:00", children="12")
    assert "sự cố chưa xong" in lan.get("/").text
    assert "Đã ghi sự cố 1" in made.text and "&lt;b&gt;mất&lt;/b&gt; USB" in made.text
    lan.done("/duties/incidents/1/notify", to="A05")
    assert "A05" in lan.done("/duties/incidents/1/close", done="đổi khóa").text
    assert lan.done("/duties/incidents", what="x", detected="hôm qua").status_code == 400
    assert lan.done("/duties/incidents/9/close", done="x").status_code == 404


def test_a_period_is_rehearsed_released_by_a_second_person_and_sent_once(pages):
    pages.office.set(approval=True)
    lan, mai = pages.who("lan", ["district"]), pages.who("mai", ["district"])
    period = {"to": "tinh", "period": "2024-11"}
    assert "Sẽ gửi <b>2</b> trẻ, giữ lại <b>1</b>" in lan.done("/sending/rehearse", **period).text
    assert "Đồng hồ máy chỉ 05/03/2026" in lan.done("/sending/send", **period).text
    assert "xác nhận" in lan.get("/sending").text
    lan.done("/sending/clock")
    assert "Chờ người thứ hai duyệt" in lan.done("/sending/send", **period).text
    assert lan.done("/sending/runs/1/approve").status_code == 403
    assert "Đã duyệt" in mai.done("/sending/runs/1/approve").text
    assert list(pages.office.stick.iterdir()) == []
    assert "Đã chuyển đến" in mai.done("/sending/send", **period).text
    assert len(list(pages.office.stick.iterdir())) == 1
    assert "không gửi hai lần" in lan.done("/sending/send", **period).text
    for words in ({"to": "khác"}, {"to": "tinh", "period": "../etc"}):
        assert lan.done("/sending/send", **words).status_code in (400, 404)


def test_the_worklist_shows_names_for_a_reason_alone(pages):
    lan = pages.who("lan", ["district"])
    held = "Lò Văn Thiếu"
    plain = lan.get("/sending/worklist").text
    names = [p.fields["full_name"] for p in pages.store.people()]
    assert "giữ lại" in plain and not any(name in plain for name in [*names, held])
    assert lan.done("/sending/worklist", reason="").status_code == 400
    assert any(name in lan.done("/sending/worklist", reason="sửa để gửi").text for name in names)


def test_a_schedule_is_set_and_taken_away(pages):
    lan = pages.who("lan", ["district"])
    assert "hạn tới 05/04/2026" in lan.done("/sending/schedule", to="tinh", every="monthly", day="5", month="1").text
    assert "Đã bỏ lịch" in lan.done("/sending/schedule/tinh-monthly/remove").text
    assert lan.done("/sending/schedule", to="tinh", every="monthly", day="40", month="1").status_code == 400
    assert lan.done("/sending/receipt").status_code == 400


def test_sending_is_set_up_by_mouse_from_the_key_to_the_mail(pages):
    desk = pages.alone()
    there = "/sending/settings"
    assert "Khóa ký của phòng" in desk.get(there).text
    desk.done(f"{there}/signing", name="phòng mới")
    public = desk.get(f"{there}/public.txt").text.split()[-1]
    assert public in [e.public for e in open_keyring(pages.store.key_file).live("signing")]
    province = pages.office.province
    keys = f"Sở: {province.new_opening('mới', NOW.date()).public} và {province.new_signing('mới', NOW.date()).public}."
    taken = desk.post(
        f"{there}/keys", {"_token": desk.token, "name": "so-moi"}, files={"file": ("khoa.txt", keys.encode())}
    )
    assert "Đã nhận khóa: niêm phong gói" in desk.get(taken.headers["location"]).text
    assert {e.name for e in open_keyring(pages.store.key_file).live("receiver")} >= {"so-moi"}
    words = {"name": "usb", "receiver_key": "so-moi", "sender": "Huyện", "receiver": "Tỉnh"}
    made = desk.done(f"{there}/destination", carrier="folder", address=str(pages.office.stick), approval="1", **words)
    assert "Đã đặt nơi nhận “usb”" in made.text
    assert destinations(pages.store)["usb"].approval
    desk.done(
        f"{there}/destination", carrier="https", address="https://tinh.example/nhan", token_file_text="bí mật", **words
    )
    kept = Path(destinations(pages.store)["usb"].token_file)
    assert kept.read_text("utf-8") == "bí mật" and kept.stat().st_mode & 0o77 == 0
    desk.done(f"{there}/destination/usb/remove")
    assert "usb" not in destinations(pages.store) and not kept.exists()
    mail = {
        "host": "mail.example",
        "port": "587",
        "security": "starttls",
        "sender": "a@example.vn",
        "to": "b@example.vn c@example.vn",
    }
    assert "b@example.vn, c@example.vn" in desk.done(f"{there}/mail", user="a", password="mật khẩu", **mail).text
    assert "Đã tắt thư báo" in desk.done(f"{there}/mail/off").text
    assert "Chưa đặt thư báo" in desk.done(f"{there}/mail/try").text
    assert pages.store.audit_verify().whole
    assert "bí mật" not in str(pages.store.audit_events())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("keys", {"name": "x", "text": "không có khóa"}),
        ("keys", {"name": "../x", "text": "age1" + "q" * 58}),
        ("keys", {"name": "x", "text": "age1" + "q" * 58}),
        ("destination", {"carrier": "folder", "address": "../etc", "name": "x"}),
        ("destination", {"carrier": "ftp", "address": "/tmp", "name": "x"}),  # noqa: S108
        ("destination", {"carrier": "https", "address": "http://x", "name": "x"}),
        ("destination", {"carrier": "folder", "address": "/srv/x", "name": "../x"}),
        ("destination/khong-co/remove", {}),
        ("mail", {"host": "a b", "sender": "a@b", "to": "a@b", "security": "tls"}),
        ("mail", {"host": "a", "sender": "a@b\r\nBcc: x", "to": "a@b", "security": "tls"}),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_and_leaves_nothing(pages, path, words):
    desk = pages.alone()
    full = {"receiver_key": "tinh", "sender": "Huyện", "receiver": "Tỉnh"} | words if path == "destination" else words
    assert desk.done(f"/sending/settings/{path}", **full).status_code in (400, 404)
    assert set(destinations(pages.store)) == {"tinh"}
    assert not (pages.office.place / "k.secrets").exists()


def test_who_comes_over_the_network_sets_nothing_of_this_computer(pages):
    lan = pages.who("lan", ["district", "administrator"])
    assert lan.get("/sending/settings").status_code == 403
    assert lan.done("/sending/settings/timer").status_code == 403


def test_forms_go_out_and_what_does_not_fit_is_refused(pages):
    lan, mai = pages.who("lan", ["district"]), pages.who("mai", ["analyst"])
    job = lan.form("/reports/forms", year="2024").headers["location"].rsplit("/", 1)[1]
    assert len(zipfile.ZipFile(io.BytesIO(lan.get(f"/reports/{job}/file").content)).namelist()) > 10
    assert mai.get(f"/reports/{job}/file").status_code == 404  # another's object by its number
    assert "Phiếu xin đóng góp năm 2024" in lan.get("/reports?year=2024").text
    broken = lan.post("/reports/check", {"_token": lan.token}, files={"file": ("x.docx", b"no document")})
    assert 'role="alert"' in lan.get(broken.headers["location"]).text
    assert lan.post("/reports/check", {"_token": lan.token}, files={"file": ("x.exe", b"MZ")}).status_code == 400
    for words in (("word", "x"), ("excel", "2024-Q1"), ("commune", "2024"), ("no", "2024")):
        assert lan.done("/reports", form=words[0], period=words[1]).status_code in (400, 404)
    assert mai.done("/reports", **NAMED).status_code == 403


NAMED = {"form": "commune", "period": "2024", "unit": "03310@1900-01-01", "names": "1", "reason": "đi thăm"}


@pytest.mark.soak
def test_each_report_is_written_and_an_edited_one_checked(pages):
    lan = pages.who("lan", ["district"])
    assert "Có họ tên" in lan.done("/reports", **NAMED).text
    for form, name in (("excel", "chi-tieu-2024.xlsx"), ("html", "chi-tieu-2024.html"), ("word", "bao-cao-2024.docx")):
        job = lan.form("/reports", form=form, period="2024").headers["location"].rsplit("/", 1)[1]
        assert f"Tải {name}" in lan.get(f"/reports/{job}").text
        document = lan.get(f"/reports/{job}/file").content
    assert Document(io.BytesIO(document)).paragraphs
    checked = lan.post("/reports/check", {"_token": lan.token}, files={"file": ("bao-cao.docx", document)})
    assert "0 không khớp" in lan.get(lan.get(checked.headers["location"]).headers["location"]).text
