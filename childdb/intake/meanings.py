"""What a field is called on paper: for telling a person how a column was understood, or what a row changes."""

from __future__ import annotations

from functools import cache

from childdb.intake.blank_form import DOSES
from childdb.intake.template import shared_columns, templates
from childdb.intake.words_lookup import load

_NOT_READ = "không đọc"
_OTHERS = {
    "vaccination": "Mũi tiêm", "schooling": "Đi học", "birth": "Sinh", "death": "Tử vong", "measurement": "Cân đo",
    "health_event": "Khám, sàng lọc", "work_spell": "Lao động", "support": "Trợ giúp", "residence": "Nơi ở",
    "parent_status": "Tình trạng cha, mẹ", "marriage": "Kết hôn",
}  # fmt: skip


@cache
def meaning(field: str | None, template: str | None = None) -> str:
    """The heading that the forms give to a field (child_profile.sex, vaccination.given_on[PENTA:2], measurement.weight_kg)."""
    if field is None:
        return _NOT_READ
    own = templates()[template].columns if template in templates() else {}
    for column in (*own.values(), *shared_columns().values()):
        if column.field == field:
            return _NOT_READ if column.reader == "ignore" else column.heading.replace("|", " - ")
    whole, _, mark = field.partition("[")
    mark = mark.rstrip("]")
    if whole == "vaccination.given_on":
        label = next((heading for heading, code in DOSES if code == mark), "")
        return label.replace("|", " ") or f"{_OTHERS['vaccination']} {mark}".strip()
    if whole == "circumstance.code" and mark:
        names = load("circumstances")["names"].get(mark)
        return f"Hoàn cảnh {mark}" + (f": {names[0]}" if names else "")
    if mark:
        return f"{meaning(whole, template)}, tháng {mark.lstrip('-')}"
    table, _, rest = field.partition(".")
    of_scope = (c.heading for c in shared_columns().values() if c.field == f"{table}.status[{rest}]")
    return next(of_scope, _OTHERS.get(table, field))
