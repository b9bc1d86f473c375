"""datapackage.json after Frictionless Data Package v1; codes are strings, so that no leading zero is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from childdb.exchange.bundle import INDICATOR_COLUMNS
from childdb.exchange.profile import Profile

_TYPES = {"text": "string", "code": "string", "codes": "array", "int": "integer", "decimal": "number",
          "bool": "boolean", "date": "string"}  # fmt: skip
# counts are integers, sums have decimals; shares and bounds are decimals written as text
_FIGURE_TYPES = dict.fromkeys(("numerator", "denominator", "value", "low", "high"), "number") | dict.fromkeys(
    ("unknown", "batch"), "integer"
)


def write_descriptor(folder: Path, rules: Profile) -> Path:
    fields = []
    for f in rules.fields:
        constraints: dict[str, Any] = {"required": f.required}
        if f.pattern:
            constraints["pattern"] = f"^(?:{f.pattern})$"
        fields.append({"name": f.key, "title": f.heading, "type": _TYPES[f.kind], "constraints": constraints})
    figures = [{"name": name, "type": _FIGURE_TYPES.get(name, "string")} for name in INDICATOR_COLUMNS]
    package = {
        "name": rules.id,
        "version": rules.version,
        "title": rules.title["vi"],
        "resources": [_resource("records", fields), _resource("indicators", figures)],
    }
    path = folder / "datapackage.json"
    path.write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path


def _resource(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.jsonl",
        "format": "jsonl",
        "encoding": "utf-8",
        # without it a reader skips the lines that begin with the comment sign of its own
        "dialect": {"json": {"keyed": True}},
        "schema": {"fields": fields},
    }
