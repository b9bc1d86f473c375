"""What a person answered about a heading that may mean two columns: kept per sender (commune) and template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, insert, select

from childdb.store.audit import append
from childdb.store.bulk import Numbers
from childdb.store.models import heading_answer
from childdb.store.store import Store
from schemas.errors import NotFound

Sender = tuple[str, date, str]  # commune code, its first day, template


@dataclass(frozen=True)
class HeadingAnswer:
    """One answer: the heading (without tone marks, parts with |) and the field it means for this sender."""

    number: int
    commune_code: str
    commune_from: date
    template: str
    heading: str
    field: str
    answered_at: datetime
    actor: str

    @property
    def sender(self) -> Sender:
        return (self.commune_code, self.commune_from, self.template)


def heading_answers(store: Store) -> list[HeadingAnswer]:
    """Every answer kept, oldest first."""
    a = heading_answer.c
    query = select(a.id, a.commune_code, a.commune_from, a.template, a.heading, a.field, a.answered_at, a.actor)
    with store.reading() as connection:
        return [HeadingAnswer(*row) for row in connection.execute(query.order_by(a.id))]


def remember_heading(store: Store, sender: Sender, heading: str, field: str, *, actor: str, now: datetime) -> None:
    """Keep an answer; a later one to the same question takes its place."""
    a = heading_answer.c
    code, since, template = sender
    with store.writing() as connection:
        connection.execute(delete(heading_answer).where(
            a.commune_code == code, a.commune_from == since, a.template == template, a.heading == heading
        ))  # fmt: skip
        number = Numbers(connection).take(heading_answer)
        connection.execute(insert(heading_answer).values(
            id=number, commune_code=code, commune_from=since, template=template, heading=heading, field=field,
            answered_at=now.replace(tzinfo=None), actor=actor,
        ))  # fmt: skip
        append(connection, store.cipher, actor, "heading answered", {"answer": number, "template": template}, now=now)


def forget_heading(store: Store, number: int, *, actor: str, now: datetime) -> None:
    """Forget one answer: the next import asks again."""
    with store.writing() as connection:
        gone = connection.execute(delete(heading_answer).where(heading_answer.c.id == number))
        if not gone.rowcount:
            raise NotFound(f"Không có câu trả lời số {number}.", f"There is no answer {number}.")
        append(connection, store.cipher, actor, "heading forgotten", {"answer": number}, now=now)
