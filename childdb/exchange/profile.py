"""The package's profile: fields, patterns and rules, loaded strictly from profile.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from schemas.codes import PROVINCE_ID_CODES
from schemas.errors import InvalidDefinition

_CELL = 32_767  # letters that a cell of Excel holds
_NO_LETTER = re.compile("[\ud800-\udfff\ufffe\uffff]")  # Unicode that is no letter and that no file may hold
_PERSONAL_ID = re.compile("[0-9]{12}")
KINDS = ("text", "date", "code", "codes", "int", "decimal", "bool")


@dataclass(frozen=True)
class Field:
    key: str
    heading: str
    kind: str
    required: bool = False
    pattern: str | None = None


@dataclass(frozen=True)
class Rule:
    """A rule over a whole record: at least one of the named fields is filled."""

    code: str
    one_of: tuple[str, ...]
    vi: str
    en: str


@dataclass(frozen=True)
class Fault:
    """Why a record does not go out: the field or rule, and a sentence (which never repeats the value)."""

    where: str
    vi: str
    en: str


@dataclass(frozen=True)
class Profile:
    id: str
    version: str
    title: Mapping[str, str]
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(f.key for f in self.fields)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The fields that hold several codes."""
        return tuple(f.key for f in self.fields if f.kind == "codes")

    @cached_property
    def _judged(self) -> list[tuple[str, Field, Callable[[Any], object] | None]]:
        return [(f.key, f, _fits(f)) for f in self.fields]

    def faults(self, record: Mapping[str, Any]) -> list[Fault]:
        """What keeps a record (plain values as in JSON Lines) from going out; empty where nothing does."""
        found = []
        for key, field, fits in self._judged:
            value = record.get(key)
            if value is None or value == "" or value == []:
                if field.required:
                    found.append(Fault(key, f"Thiếu “{field.heading}”.", f"{key} is missing."))
            elif fits and not fits(value):
                found.append(_shape(field))
        for rule in self.rules:
            if not any(record.get(key) for key in rule.one_of):
                found.append(Fault(rule.code, rule.vi, rule.en))
        found.extend(_number_faults(record))
        return found


def _fits(field: Field) -> Callable[[Any], object] | None:
    """Whether a filled value has the field's form; None where any has."""
    if field.kind == "bool":
        return lambda value: isinstance(value, bool)
    pattern = re.compile(field.pattern).fullmatch if field.pattern else None
    if field.kind == "codes":
        return lambda value: (
            isinstance(value, list) and all(isinstance(v, str) for v in value) and (not pattern or pattern(str(value)))
        )
    if pattern:
        return lambda value: pattern(str(value))
    return (
        (lambda value: isinstance(value, str) and len(value) <= _CELL and not _NO_LETTER.search(value))
        if field.kind == "text"
        else None
    )


def _shape(field: Field) -> Fault:
    return Fault(field.key, f"“{field.heading}” không đúng dạng quy định.", f"{field.key} has not the form prescribed.")


def _number_faults(record: Mapping[str, Any]) -> list[Fault]:
    """Structure of the personal number (NĐ 137/2015; TT 07/2016/TT-BCA): province, century and sex, year."""
    number = record.get("personal_id")
    if not isinstance(number, str) or not _PERSONAL_ID.fullmatch(number):
        return []
    sex, birth = record.get("sex"), str(record.get("birth_date") or "")
    agrees = (
        number[:3] in PROVINCE_ID_CODES
        and (sex not in ("M", "F") or int(number[3]) % 2 == (sex == "F"))
        and (len(birth) < 4 or (number[4:6] == birth[2:4] and int(number[3]) // 2 == int(birth[:2]) - 19))
    )
    if agrees:
        return []
    return [
        Fault(
            "personal_id",
            "Số định danh không khớp với mã tỉnh, giới tính hoặc năm sinh.",
            "The personal number does not agree with province, sex or birth year.",
        )
    ]


@cache
def profile() -> Profile:
    """The profile in force; refuses unknown or missing keys, naming them."""
    data = tomllib.loads(resources.files("childdb.exchange").joinpath("profile.toml").read_text("utf-8"))
    _only(data, {"id", "version", "title", "field", "rule"}, "profile.toml")
    fields = []
    for entry in data["field"]:
        _only(entry, {"key", "heading", "kind", "required", "pattern"}, f"field {entry.get('key')}")
        if entry["kind"] not in KINDS:
            raise InvalidDefinition(
                f"profile.toml: trường {entry['key']}: kiểu {entry['kind']} không có.",
                f"profile.toml: field {entry['key']}: unknown kind {entry['kind']}.",
            )
        fields.append(Field(**entry))
    rules = []
    for entry in data["rule"]:
        _only(entry, {"code", "one_of", "vi", "en"}, f"rule {entry.get('code')}")
        rules.append(Rule(entry["code"], tuple(entry["one_of"]), entry["vi"], entry["en"]))
    return Profile(data["id"], data["version"], data["title"], tuple(fields), tuple(rules))


def _only(entry: Mapping[str, Any], allowed: set[str], where: str) -> None:
    if extra := set(entry) - allowed:
        raise InvalidDefinition(f"{where}: khóa lạ {sorted(extra)}.", f"{where}: unknown keys {sorted(extra)}.")
