"""The formats of other systems: judged by libraries that are not ours, read back to the same records, losses listed."""

import importlib
import json
from pathlib import Path

import frictionless
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pysdmx.io import read_sdmx

from childdb.exchange import package
from childdb.exchange.aggregates import CARRIED as AGGREGATE
from childdb.exchange.bundle import Bundle
from childdb.exchange.formats import fhir, formats, standards
from childdb.exchange.profile import profile
from schemas.errors import NotFound
from tests.exchange.test_package import FIGURE, GOOD, HEADER, MEAN, TEXT, snapshot, whole

RESOURCES = {
    name: getattr(importlib.import_module(f"fhir.resources.R4B.{name.lower()}"), name)
    for name in ("Patient", "Immunization", "Observation")
}
CHILD = whole(GOOD | {
    "doses": ["BCG@2020-05-07", "PENTA-1@2020-08-01", "MR-1"], "measured_on": "2024-11-02", "weight_kg": "10.50",
    "length_cm": "82.0", "father_name": "Cha “Một” & <Hai>", "health_card": "TE1110000000001", "school_level": "preschool",
})  # fmt: skip
YEAR_ONLY = whole(GOOD | {"child_key": "2", "personal_id": None, "birth_date": "2020", "birth_precision": "year",
                          "village": None, "doses": [], "weight_kg": None})  # fmt: skip
GROUPED = FIGURE | {"group_name": "ethnicity", "group_value": "H'Mông & <khác> = 1", "value": None, "low": "0.0"}
BUNDLE = Bundle(profile(), (CHILD, YEAR_ONLY), (FIGURE, MEAN, GROUPED))
CARRIES = {
    "fhir": (fhir.CARRIED, None),
    "dhis2": (None, AGGREGATE),
    "adx": (None, AGGREGATE),
    "sdmx": (None, frozenset(FIGURE)),
}


def only(rows, keys):
    return [{k: r[k] for k in sorted(keys)} for r in rows]


@pytest.mark.parametrize("name", sorted(standards()))
def test_what_a_format_carries_reads_back_and_what_it_does_not_is_listed(name, tmp_path):
    fmt = standards()[name]
    assert all(path.is_file() for path in fmt.write(BUNDLE, tmp_path))
    back = fmt.read(tmp_path)
    records, columns = CARRIES[name]
    lost = {out.what: out.rows for out in fmt.left_out(BUNDLE)}
    if records:
        assert only(back.records, records) == only(BUNDLE.records, records)
        filled = {k for r in BUNDLE.records for k, v in r.items() if v not in (None, [], "")}
        assert set(lost) == (filled - records) | {"indicators"}
        assert lost["indicators"] == 3
    else:
        assert only(back.indicators, columns) == only(BUNDLE.indicators, columns)
        assert set(lost) == (set(FIGURE) - columns) | {"records"}
        assert lost["records"] == 2
    assert all(out.vi and out.en and out.format == name for out in fmt.left_out(BUNDLE))


def test_every_resource_is_valid_r4_and_keeps_the_vietnamese_guides_elements(tmp_path):
    fhir.write(BUNDLE, tmp_path)
    seen = {}
    for name, model in RESOURCES.items():
        for line in (tmp_path / "fhir" / f"{name}.ndjson").read_text("utf-8").splitlines():
            model.model_validate_json(line)
            seen.setdefault(name, []).append(json.loads(line, parse_float=str))
    assert {name: len(found) for name, found in seen.items()} == {"Patient": 2, "Immunization": 3, "Observation": 2}
    child, other = seen["Patient"]
    systems = {i["system"].rsplit("/", 1)[1]: i["value"] for i in child["identifier"]}
    assert systems == {
        "patient-internal-id": "12345",
        "national_id": "011320000001",
        "insurance_number": "TE1110000000001",
    }
    race = child["extension"][0]["valueCodeableConcept"]["coding"][0]
    assert (race["code"], race["display"]) == ("03", "Thái")
    assert other["birthDate"] == "2020"
    weight, height = seen["Observation"]
    assert (weight["code"]["coding"][0]["code"], weight["valueQuantity"]["value"]) == ("29463-7", "10.50")
    assert height["valueQuantity"]["code"] == "cm"
    references = {p["id"] for p in seen["Patient"]}
    assert all(s["subject"]["reference"].removeprefix("Patient/") in references for s in seen["Observation"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXT, min_size=1, max_size=3))
def test_any_name_and_any_group_goes_through_every_format(texts, tmp_path_factory):
    rows = tuple(whole(CHILD | {"child_key": str(n), "full_name": t, "village": t}) for n, t in enumerate(texts))
    figures = tuple(FIGURE | {"group_name": "village", "group_value": f"{t} {n}"} for n, t in enumerate(texts))
    bundle = Bundle(profile(), rows, figures)
    for name, fmt in standards().items():
        folder = tmp_path_factory.mktemp("goi")
        fmt.write(bundle, folder)
        records, columns = CARRIES[name]
        back = fmt.read(folder)
        assert only(back.records, records or ()) == only(rows if records else (), records or ())
        assert only(back.indicators, columns or ()) == only(figures if columns else (), columns or ())


def test_adx_fits_the_schema_of_the_standard(tmp_path):
    standards()["adx"].write(BUNDLE, tmp_path)
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("adx.xsd")))
    document = etree.parse(tmp_path / "adx" / "indicators.xml")
    assert schema.validate(document), schema.error_log
    document.getroot()[0].attrib.pop("orgUnit")
    assert not schema.validate(document)


def test_sdmx_csv_is_read_by_pysdmx(tmp_path):
    (path,) = standards()["sdmx"].write(BUNDLE, tmp_path)
    (data,) = read_sdmx(path).data
    assert data.short_urn == "Dataflow=CHILDDB:INDICATORS(1.0)"
    assert list(data.data["OBS_VALUE"]) == ["50.0", "", ""]
    assert list(data.data["REF_AREA"]) == ["102@1900-01-01"] * 3


def test_dhis2_values_have_the_words_of_its_web_api(tmp_path):
    (path,) = standards()["dhis2"].write(BUNDLE, tmp_path)
    values = json.loads(path.read_text("utf-8"))["dataValues"]
    assert values[0] == {
        "dataElement": "birth_registration_u5.numerator", "period": "20241130", "orgUnit": "102@1900-01-01",
        "categoryOptionCombo": "default", "value": "1",
    }  # fmt: skip
    assert len(
        {tuple(v[k] for k in ("dataElement", "period", "orgUnit", "categoryOptionCombo")) for v in values}
    ) == len(values)


def judged(folder):
    """frictionless on the descriptor, with the lines put in it: its JSON Lines reader is an extra of its own."""
    descriptor = json.loads((folder / "datapackage.json").read_text("utf-8"))
    assert list(frictionless.Package.metadata_validate(descriptor)) == []
    for resource in descriptor["resources"]:
        lines = (folder / resource.pop("path")).read_text("utf-8").splitlines()
        resource |= {"data": [json.loads(line) for line in lines], "format": "inline"}
        resource.pop("encoding")
    return frictionless.Package.from_descriptor(descriptor).validate()


def test_the_descriptor_of_our_own_profile_is_valid_and_the_data_fit_it(tmp_path):
    package.build(tmp_path / "goi", [CHILD, YEAR_ONLY], [FIGURE, MEAN], HEADER, snapshot)
    report = judged(tmp_path / "goi")
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
    assert [t.stats["rows"] for t in report.tasks] == [2, 2]
    lines = (tmp_path / "goi" / "records.jsonl").read_text("utf-8").replace('"sex": "F"', '"sex": "female"')
    (tmp_path / "goi" / "records.jsonl").write_text(lines, "utf-8")
    assert {e[1] for e in judged(tmp_path / "goi").flatten(["rowNumber", "fieldName"])} == {"sex"}


def test_a_package_holds_the_formats_asked_for_and_the_list_of_what_they_lose(tmp_path):
    manifest = package.build(
        tmp_path / "goi", [CHILD], [FIGURE], HEADER, snapshot, extra=["fhir", "adx"]
    )  # fmt: skip
    assert manifest["formats"] == ["adx", "fhir"]
    assert {"adx/indicators.xml", "fhir/Patient.ndjson", "left-out.jsonl"} <= set(manifest["files"])
    lost = [json.loads(line) for line in (tmp_path / "goi" / "left-out.jsonl").read_text("utf-8").splitlines()]
    assert {"fhir", "adx"} == {row["format"] for row in lost}
    assert package.check(tmp_path / "goi").good
    with pytest.raises(NotFound, match="fhir"):
        package.build(tmp_path / "no", [CHILD], [FIGURE], HEADER, snapshot, extra=["csv"])
    assert not set(formats()) & set(standards())


@pytest.mark.parametrize("name", ["adx", "dhis2", "sdmx"])
def test_a_withheld_figure_is_marked_and_never_a_zero(name, tmp_path):
    nothing = dict.fromkeys(("numerator", "denominator", "unknown", "value", "low", "high"))
    hidden = FIGURE | nothing | {"indicator": "orphans_both", "disclosure": "suppressed"}
    bundle = Bundle(profile(), (), (FIGURE, hidden))
    (path,) = standards()[name].write(bundle, tmp_path)
    back = list(standards()[name].read(tmp_path).indicators)
    if name == "sdmx":
        assert [row.get("disclosure") for row in back] == [None, "suppressed"]
        assert list(read_sdmx(path).data[0].data["CONF_STATUS"]) == ["F", "C"]
        assert all(back[1][k] is None for k in nothing)
    else:
        assert "orphans_both" not in path.read_text("utf-8")
        assert {out.what: out.rows for out in standards()[name].left_out(bundle)}["withheld figures"] == 1
