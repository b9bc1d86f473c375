"""The provincial package: whole or absent, read back, and refusing whatever was changed."""

import errno
import json
import weakref

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from childdb.exchange import package
from childdb.exchange.bundle import Bundle
from childdb.exchange.formats import formats, xlsx
from childdb.exchange.profile import profile
from schemas.errors import UnreadableFile

GOOD = {
    "child_key": "12345", "commune_code": "03310", "commune_from": "1900-01-01", "commune_name": "Xã Ẳng Cang",
    "village": "Bản Hón", "full_name": "=Trẻ Một", "birth_date": "2020-05-06", "birth_precision": "day", "sex": "F",
    "ethnicity": "03", "personal_id": "011320000001", "birth_registered": True, "mother_name": "Mẹ Một",
    "circumstance_codes": ["1.01", "2.01"], "support_kinds": [], "doses": ["BCG:1:2020-05-07"], "weight_kg": "10.5",
}  # fmt: skip
FIGURE = {
    "indicator": "birth_registration_u5", "version": "abc", "unit": "102@1900-01-01", "unit_name": "Huyện Mường Ảng",
    "group_name": "", "group_value": "", "numerator": 1, "denominator": 2, "unknown": 0, "value": "50.0",
    "low": "50.0", "high": "50.0", "as_of": "2024-11-30", "geography": "2024-11-30", "batch": 7,
}  # fmt: skip
MEAN = FIGURE | {"indicator": "mean_birth_weight", "numerator": "3164170.50", "value": None, "low": None}
HEADER = package.Header("sender", "receiver", "2024-11-30", 7, "0.1.0")


def whole(record):
    return {key: record.get(key) for key in profile().keys}


def snapshot(folder):
    folder.mkdir()
    (folder / "child.parquet").write_bytes(b"bytes of a snapshot")


def build(folder, records, figures=(FIGURE, MEAN)):
    held = []
    return package.build(folder, records, figures, HEADER, snapshot, hold=held.append), held


def test_a_good_package_reads_back_as_it_was_written(tmp_path):
    manifest, held = build(tmp_path / "goi", [whole(GOOD)])
    found = package.check(tmp_path / "goi")
    assert found.good, found.problems
    assert (tmp_path / "goi").stat().st_mode & 0o077 == 0  # names stand in it in the clear
    assert held == []
    assert manifest["counts"]["records"] == 1
    assert manifest["counts"]["records_by_commune"] == {"03310@1900-01-01": 1}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"full_name": None}, "full_name"),
        ({"sex": "X"}, "sex"),
        ({"village": "\ufffe"}, "village"),
        ({"village": "x" * 40_000}, "village"),  # more than a cell holds
        ({"mother_name": None}, "parent_or_guardian"),
        ({"personal_id": "01132000000"}, "personal_id"),
        ({"personal_id": "011220000001"}, "personal_id"),  # even century digit: a boy
        ({"personal_id": "005320000001"}, "personal_id"),  # no such province
        ({"birth_date": "2019-05-06"}, "personal_id"),  # year digits say 2020
    ],
)
def test_a_record_that_fails_the_forms_rules_stays_and_is_counted(tmp_path, change, where):
    bad = whole(GOOD | change)
    manifest, held = build(tmp_path / "goi", [whole(GOOD), bad])
    assert manifest["counts"]["records"] == 1
    assert manifest["counts"]["held"] == 1
    assert [f.where for f in held[0].faults] == [where]
    assert manifest["counts"]["held_by_reason"] == {where: 1}


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        build(tmp_path / name, [whole(GOOD)])
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*") if p.is_file())
    assert files
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


@pytest.mark.parametrize("name", ["records.jsonl", "records.xlsx", "snapshot/child.parquet", "indicators.jsonl"])
def test_a_changed_a_missing_and_an_added_file_are_found(tmp_path, name):
    build(tmp_path / "goi", [whole(GOOD)])
    target = tmp_path / "goi" / name
    kept = target.read_bytes()
    target.write_bytes(kept + b" ")
    assert any(name in p for p in package.check(tmp_path / "goi").problems)
    target.unlink()
    assert any(name in p for p in package.check(tmp_path / "goi").problems)
    target.write_bytes(kept)
    (tmp_path / "goi" / "stray.txt").write_text("x")
    assert any("stray.txt" in p for p in package.check(tmp_path / "goi").problems)


def test_a_record_forged_together_with_its_hash_is_still_judged_by_the_form(tmp_path):
    build(tmp_path / "goi", [whole(GOOD)])
    path = tmp_path / "goi" / "records.jsonl"
    path.write_text(json.dumps(whole(GOOD | {"sex": "Q"})) + "\n", "utf-8")
    manifest = json.loads((tmp_path / "goi" / "manifest.json").read_text("utf-8"))
    manifest["files"]["records.jsonl"] = {"sha256": package._sha256(path), "bytes": path.stat().st_size}
    (tmp_path / "goi" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    problems = package.check(tmp_path / "goi").problems
    assert any("sex" in p for p in problems)


def test_a_manifest_that_points_outside_the_package_is_refused(tmp_path):
    build(tmp_path / "goi", [whole(GOOD)])
    (tmp_path / "secret").write_text("x")
    manifest = json.loads((tmp_path / "goi" / "manifest.json").read_text("utf-8"))
    manifest["files"]["../secret"] = {"sha256": package._sha256(tmp_path / "secret"), "bytes": 1}
    (tmp_path / "goi" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert not package.check(tmp_path / "goi").good


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"files": 3}', "not json"])
def test_a_broken_manifest_is_a_problem_and_no_traceback(tmp_path, text):
    (tmp_path / "goi").mkdir()
    (tmp_path / "goi" / "manifest.json").write_text(text, "utf-8")
    assert not package.check(tmp_path / "goi").good


def test_a_full_disk_while_checking_is_no_fault_of_the_package(tmp_path, monkeypatch):
    build(tmp_path / "goi", [whole(GOOD)])

    def full(*_):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(package.State, "add", full)
    with pytest.raises(OSError, match="full"):
        package.check(tmp_path / "goi")


def test_a_folder_that_is_no_package_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="không phải gói"):
        package.check(tmp_path)


def test_a_build_that_fails_leaves_the_earlier_package_as_it_was(tmp_path):
    build(tmp_path / "goi", [whole(GOOD)])
    before = (tmp_path / "goi" / "manifest.json").read_bytes()

    def breaks(folder):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        package.build(tmp_path / "goi", [whole(GOOD)], [FIGURE], HEADER, breaks)
    assert (tmp_path / "goi" / "manifest.json").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["goi"]


class Row(dict):
    """A record that can be watched."""

    __hash__ = object.__hash__


def test_records_go_by_one_after_another_and_are_not_kept(tmp_path):
    alive, most = weakref.WeakSet(), []

    def passing():
        for n in range(2000):
            row = Row(whole(GOOD | {"child_key": str(n), "sex": "Q" if n % 2 else "F"}))
            alive.add(row)
            most.append(len(alive))
            yield row

    held = []
    manifest = package.build(tmp_path / "goi", passing(), [FIGURE], HEADER, snapshot, hold=held.append)
    assert (manifest["counts"]["records"], len(held)) == (1000, 1000)
    assert max(most) <= 2


def test_what_is_too_much_for_one_workbook_stands_in_numbered_ones(tmp_path):
    count = xlsx.ROWS + 3
    few = {key: GOOD[key] for key in ("commune_code", "commune_from", "full_name", "sex")}
    rows = [whole(few | {"child_key": str(n)}) for n in range(count)]
    paths = xlsx.write(Bundle(profile(), rows, [FIGURE, MEAN]), tmp_path)
    assert [p.name for p in paths] == ["records.xlsx", "records-2.xlsx"]
    back = xlsx.read(tmp_path)
    assert [r["child_key"] for r in back.records] == [r["child_key"] for r in rows]
    assert list(back.indicators) == [FIGURE, MEAN]
    second = openpyxl.load_workbook(paths[1])
    assert [s.max_row for s in second] == [4, 1]
    assert second["Trẻ em"].auto_filter.ref.endswith("4")


def test_a_workbook_more_or_less_is_found(tmp_path):
    build(tmp_path / "goi", [whole(GOOD)])
    manifest = json.loads((tmp_path / "goi" / "manifest.json").read_text("utf-8"))
    book = (tmp_path / "goi" / "records.xlsx").read_bytes()
    for content in (book, b"no workbook"):
        path = tmp_path / "goi" / "records-2.xlsx"
        path.write_bytes(content)
        manifest["files"][path.name] = {"sha256": package._sha256(path), "bytes": len(content)}
        (tmp_path / "goi" / "manifest.json").write_text(json.dumps(manifest), "utf-8")
        assert not package.check(tmp_path / "goi").good


def test_letters_that_a_sheet_cannot_hold_come_back(tmp_path):
    names = ["a\x0bb _x0041_ & <x>", " đầu", "cuối ", "hai\ndòng", "\tô", "= 1", "\r\n x", "\ue000"]
    rows = [whole(GOOD | {"full_name": name}) for name in names]
    xlsx.write(Bundle(profile(), rows, [FIGURE]), tmp_path)
    assert [r["full_name"] for r in xlsx.read(tmp_path).records] == names


TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20).map(str.strip).filter(bool)


@pytest.mark.parametrize("name", sorted(formats()))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, max_size=4), registered=st.sampled_from([True, False, None]))
def test_every_format_reads_back_what_it_wrote(name, tmp_path_factory, texts, registered):
    folder = tmp_path_factory.mktemp("goi")
    rows = tuple(whole(GOOD | {"full_name": t, "birth_registered": registered, "village": None}) for t in texts)
    bundle = Bundle(profile(), rows, (FIGURE, MEAN))
    fmt = formats()[name]
    assert fmt.write(bundle, folder)
    back = fmt.read(folder)
    assert [dict(r) for r in back.records] == list(rows)
    assert [dict(r) for r in back.indicators] == [FIGURE, MEAN]
