"""HL7 FHIR R4 after the Vietnamese core guide: Patient, Immunization and Observation, each a bulk NDJSON file in fhir/.

Identifier systems and the race extension (dân tộc) are those of the guide (hl7vn/vn-core-ig, CI build 1.0.0). The guide
leaves the code system of units empty and has none of vaccines: both are our own URNs. Weight and height are
LOINC 29463-7 and 8302-2 in UCUM units, as the vital signs of R4 have them.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import Bundle, LeftOut, PlainRow
from childdb.exchange.profile import profile
from schemas import codes

SUFFIX = ".ndjson"
WHOLE = False
CORE = "http://fhir.ehealth.gov.vn/core"
UNIT, VACCINE = "urn:childdb:admin-unit", "urn:childdb:vaccine"
_IDENTIFIERS = {"child_key": "patient-internal-id", "personal_id": "national_id", "health_card": "insurance_number"}
_ROLES = {"father_name": "FTH", "mother_name": "MTH", "guardian_name": "GUARD"}
_ROLE_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_GENDER = {"M": "male", "F": "female"}
_MEASURES = {"weight_kg": ("29463-7", "Body weight", "kg"), "length_cm": ("8302-2", "Body height", "cm")}
_FIELDS = {code: field for field, (code, _, _) in _MEASURES.items()}
_DOSE = re.compile(r"([A-Z0-9_]+)(?:-(\d+))?(?:@(\d{4}-\d{2}-\d{2}))?")
_PRECISION = {4: "year", 7: "month", 10: "day"}
_DECIMAL = re.compile(r'"\\u001f(-?[0-9.]+)"')
CARRIED = frozenset({
    *_IDENTIFIERS, *_ROLES, *_MEASURES, "commune_code", "commune_from", "commune_name", "village", "full_name",
    "birth_date", "birth_precision", "sex", "ethnicity", "measured_on", "doses",
})  # fmt: skip


def write(bundle: Bundle, folder: Path) -> list[Path]:
    """fhir/Patient.ndjson, fhir/Immunization.ndjson, fhir/Observation.ndjson."""
    place = folder / "fhir"
    place.mkdir(exist_ok=True)
    makers = {"Patient": _patients, "Immunization": _immunizations, "Observation": _observations}
    paths = {kind: place / f"{kind}.ndjson" for kind in makers}
    with ExitStack() as open_files:
        outs = {k: open_files.enter_context(p.open("w", encoding="utf-8", newline="\n")) for k, p in paths.items()}
        for record in bundle.records:
            for kind, make in makers.items():
                outs[kind].writelines(_line({"resourceType": kind, **resource}) for resource in make(record))
    return list(paths.values())


def _line(resource: dict[str, Any]) -> str:
    # a decimal keeps its digits (FHIR: 10.50 is not 10.5), which no float would
    return _DECIMAL.sub(r"\1", json.dumps(resource, ensure_ascii=False)) + "\n"


def _patient_id(record: PlainRow) -> str:
    return f"child-{record['child_key']}"


def _patients(record: PlainRow) -> Iterator[dict[str, Any]]:
    race = str(record["ethnicity"])
    contacts = [
        {"relationship": [{"coding": [{"system": _ROLE_SYSTEM, "code": role}]}], "name": {"text": record[field]}}
        for field, role in _ROLES.items() if record.get(field)
    ]  # fmt: skip
    unit = {"system": UNIT, "version": record["commune_from"], "code": record["commune_code"]}
    address: dict[str, Any] = {
        "extension": [{"url": UNIT, "valueCoding": unit}], "use": "home", "city": record["commune_name"],
        "country": "VN",
    }  # fmt: skip
    if record.get("village"):
        address["line"] = [record["village"]]
    patient = {
        "id": _patient_id(record),
        "meta": {"profile": [f"{CORE}/StructureDefinition/vn-core-patient"]},
        "extension": [{
            "url": f"{CORE}/StructureDefinition/extension-race",
            "valueCodeableConcept": {"coding": [{"system": f"{CORE}/CodeSystem/vn-core-race", "code": race,
                                                 "display": _ethnic(race)}]},
        }],
        "identifier": [{"system": f"{CORE}/sid/{name}", "value": record[field]}
                       for field, name in _IDENTIFIERS.items() if record.get(field)],
        "name": [{"use": "official", "text": record["full_name"]}],
        "gender": _GENDER[str(record["sex"])],
        "birthDate": record["birth_date"],
        "address": [address],
    }  # fmt: skip
    yield patient | ({"contact": contacts} if contacts else {})


def _ethnic(code: str) -> str:
    group = codes.ethnic_groups().get(code)
    return group.name if group else code


def _immunizations(record: PlainRow) -> Iterator[dict[str, Any]]:
    for number, dose in enumerate(record.get("doses") or (), start=1):
        found = _DOSE.fullmatch(dose)
        if not found:
            continue
        vaccine, nth, given = found.groups()
        when = {"occurrenceDateTime": given} if given else {"occurrenceString": "unknown"}
        protocol = {"protocolApplied": [{"doseNumberPositiveInt": int(nth)}]} if nth else {}
        yield {
            "id": f"{_patient_id(record)}-dose-{number}",
            "status": "completed",
            "vaccineCode": {"coding": [{"system": VACCINE, "code": vaccine}]},
            "patient": {"reference": f"Patient/{_patient_id(record)}"},
            **when,
            **protocol,
        }


def _observations(record: PlainRow) -> Iterator[dict[str, Any]]:
    for field, (code, display, unit) in _MEASURES.items():
        if record.get(field) is None:
            continue
        when = {"effectiveDateTime": record["measured_on"]} if record.get("measured_on") else {}
        yield {
            "id": f"{_patient_id(record)}-{field.split('_')[0]}",
            "status": "final",
            "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                      "code": "vital-signs"}]}],
            "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]},
            "subject": {"reference": f"Patient/{_patient_id(record)}"},
            **when,
            "valueQuantity": {"value": f"\x1f{record[field]}", "unit": unit, "system": "http://unitsofmeasure.org",
                              "code": unit},
        }  # fmt: skip


def read(folder: Path) -> Bundle:
    """The records again, with the fields of CARRIED and nothing else."""
    return Bundle(profile(), _Children(folder / "fhir"), ())


class _Children:
    """Patients with what the other two files, which stand in the same order, tell of each."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def __len__(self) -> int:
        return sum(1 for _ in _resources(self._place / "Patient.ndjson"))

    def __iter__(self) -> Iterator[PlainRow]:
        shots = _ByPatient(_resources(self._place / "Immunization.ndjson"), lambda r: r["patient"]["reference"])
        seen = _ByPatient(_resources(self._place / "Observation.ndjson"), lambda r: r["subject"]["reference"])
        for patient in _resources(self._place / "Patient.ndjson"):
            me = f"Patient/{patient['id']}"
            found = _person(patient) | {"doses": [_dose(shot) for shot in shots.of(me)]}
            for one in seen.of(me):
                found[_FIELDS[one["code"]["coding"][0]["code"]]] = one["valueQuantity"]["value"]
                found["measured_on"] = one.get("effectiveDateTime")
            yield {key: found.get(key) for key in profile().keys}


class _ByPatient:
    """Resources in the order of patients, taken patient by patient."""

    def __init__(self, resources: Iterator[dict[str, Any]], whose: Callable[[dict[str, Any]], str]) -> None:
        self._resources, self._whose = resources, whose
        self._next = next(resources, None)

    def of(self, patient: str) -> Iterator[dict[str, Any]]:
        while self._next is not None and self._whose(self._next) == patient:
            yield self._next
            self._next = next(self._resources, None)


def _dose(shot: dict[str, Any]) -> str:
    nth = shot.get("protocolApplied", [{}])[0].get("doseNumberPositiveInt")
    given = shot.get("occurrenceDateTime")
    return str(shot["vaccineCode"]["coding"][0]["code"]) + (f"-{nth}" if nth else "") + (f"@{given}" if given else "")


def _resources(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line, parse_float=str) for line in lines)


def _person(patient: dict[str, Any]) -> dict[str, Any]:
    address = patient["address"][0]
    unit = address["extension"][0]["valueCoding"]
    fields = {f"{CORE}/sid/{name}": field for field, name in _IDENTIFIERS.items()}
    roles = {role: field for field, role in _ROLES.items()}
    return {
        **{fields[i["system"]]: i["value"] for i in patient["identifier"]},
        **{roles[c["relationship"][0]["coding"][0]["code"]]: c["name"]["text"] for c in patient.get("contact", ())},
        "full_name": patient["name"][0]["text"],
        "sex": {v: k for k, v in _GENDER.items()}[patient["gender"]],
        "birth_date": patient["birthDate"],
        "birth_precision": _PRECISION[len(patient["birthDate"])],
        "ethnicity": patient["extension"][0]["valueCodeableConcept"]["coding"][0]["code"],
        "commune_code": unit["code"],
        "commune_from": unit["version"],
        "commune_name": address["city"],
        "village": address.get("line", [None])[0],
    }


def left_out(bundle: Bundle) -> list[LeftOut]:
    filled: Counter[str] = Counter()
    odd = bare = 0
    for record in bundle.records:
        filled.update(k for k, v in record.items() if k not in CARRIED and v not in (None, "", []))
        odd += sum(not _DOSE.fullmatch(d) for d in record.get("doses") or ())
        bare += bool(record.get("measured_on")) and not any(record.get(m) is not None for m in _MEASURES)
    found = [
        LeftOut("fhir", f.key, filled[f.key], f"Hồ sơ Patient của FHIR không có chỗ cho “{f.heading}”.",
                f"No place in the guide's Patient for {f.key}.")
        for f in bundle.profile.fields if filled[f.key]
    ]  # fmt: skip
    if odd:
        found.append(LeftOut("fhir", "doses", odd, "Mũi tiêm ghi không đúng dạng VẮCXIN-MŨI@NGÀY.",
                             "A dose not written as VACCINE-DOSE@DATE."))  # fmt: skip
    if bare:
        found.append(LeftOut("fhir", "measured_on", bare, "Ngày cân đo không có số đo.", "A date without a measure."))
    if bundle.indicators:
        found.append(LeftOut("fhir", "indicators", len(bundle.indicators), "Bảng chỉ tiêu không gửi bằng FHIR.",
                             "The indicator table does not go by FHIR."))  # fmt: skip
    return found
