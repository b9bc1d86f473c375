"""Each table of the snapshot as a query over the resolved tables (resolve.py), in the columns of the contract."""

from __future__ import annotations

from schemas.snapshot import SNAPSHOT, SnapshotTable

SOURCES: dict[str, str] = {
    "child": """
        select
            p.child,
            r.unit,
            p.birth_date as birth_first,
            case coalesce(p.birth_precision, 'day')
                when 'day' then p.birth_date
                when 'month' then last_day(p.birth_date)
                else make_date(year(p.birth_date), 12, 31)
            end as birth_last,
            case when p.birth_date is not null then coalesce(p.birth_precision, 'day') end as birth_precision,
            p.sex, p.ethnicity, p.birth_registered,
            {has}
        from profile as p
        left join (
            select child, arg_max(unit, valid_from) as unit
            from residence_spell
            group by child
        ) as r on r.child = p.child""",
    "residence": "select child, unit, village, household, residence_kind, valid_from, valid_to from residence_spell",
    "household_status": "from household_status_spell",
    "listing": """
        select distinct child, list_kind, list_date, period, unit
        from assertion
        where child is not null and list_kind <> 'correction'""",
    "circumstance": "from circumstance_spell",
    "parent_status": "from parent_status_spell",
    "care_arrangement": "from care_arrangement_spell",
    "birth": """
        select
            e.* exclude (list_unit, born_on),
            coalesce(e.born_on, case when p.birth_precision = 'day' then p.birth_date end) as born_on,
            coalesce(e.mother_commune_code || '@' || e.mother_commune_from, r.unit, e.list_unit) as unit,
            p.sex
        from birth_event as e
        join profile as p on p.child = e.child
        left join (
            select child, arg_min(unit, valid_from) as unit
            from residence_spell
            group by child
        ) as r on r.child = e.child""",
    "death": """
        select
            e.* exclude (list_unit),
            coalesce(e.commune_code || '@' || e.commune_from, l.unit, c.unit, e.list_unit) as unit,
            c.birth_first, c.birth_last, c.sex
        from death_event as e
        join snap_child as c on c.child = e.child
        asof left join residence_spell as l on l.child = e.child and l.valid_from <= e.died_on""",
    "measurement": """
        select e.* exclude (list_unit), coalesce(e.list_unit, l.unit, c.unit) as unit
        from measurement_event as e
        left join snap_child as c on c.child = e.child
        asof left join residence_spell as l on l.child = e.child and l.valid_from <= e.measured_on""",
    "vaccination": "from vaccination_event",
    "health_event": "from health_event_event",
    "schooling": "from schooling_event",
    "work_spell": "from work_spell_spell",
    "marriage": "from marriage_event",
    "support": "from support_spell",
    "commune_return": """
        select
            r.commune_code || '@' || r.commune_from as unit, r.period, r.item,
            r.value, r.said, a.list_date as listed_on
        from assertion as a
        join store.commune_return as r on r.record_id = a.record_id
        qualify row_number() over (
            partition by r.commune_code, r.commune_from, r.period, r.item
            order by a.rank desc, r.id desc
        ) = 1""",
    "admin_unit": """
        select
            code || '@' || valid_from as unit, code, valid_from, valid_to, level,
            parent_code || '@' || parent_from as parent, name
        from store.admin_unit
        where batch_id in (select batch from live)""",
    "admin_unit_successor": """
        select distinct code || '@' || valid_from as unit, successor_code || '@' || successor_from as successor, share
        from store.admin_unit_successor
        where batch_id in (select batch from live)""",
    "unit_trait": """
        select code || '@' || unit_from as unit, trait, valid_from, valid_to, source
        from store.unit_trait
        where batch_id in (select batch from live)
        qualify row_number() over (partition by code, unit_from, trait, valid_from order by batch_id desc, id desc) = 1""",
    "vaccine_rollout": """
        select vaccine, province, given_from, source
        from store.vaccine_rollout
        where batch_id in (select batch from live)
        qualify row_number() over (partition by vaccine, province order by batch_id desc, id desc) = 1""",
}
ORDER = ("child", *(name for name in SNAPSHOT if name != "child"))  # others look at `snap_child`

_PRESENT = {"has_personal_id": "personal_id", "has_health_card": "health_card", "named": "full_name"}


def source(name: str, *, named: bool) -> str:
    """The query of a table, in whatever order of columns; with NAMED the names themselves were resolved."""
    has = ", ".join(f"p.{of if named else f'has_{of}'} is not null as {column}" for column, of in _PRESENT.items())
    return SOURCES[name].replace("{has}", has)


def contract_columns(table: SnapshotTable) -> str:
    """The contract's columns with their kinds; `x_day` is made of `x`."""
    names = {n for n, _ in table.columns}
    listed = []
    for column, kind in table.columns:
        of = column.removesuffix("_day")
        made = f"{of} - date '1970-01-01'" if column.endswith("_day") and of in names else f'"{column}"'
        listed.append(f'cast({made} as {kind}) as "{column}"')
    return ", ".join(listed)


def order_by(table: SnapshotTable) -> str:
    """The declared order, then every other column, so that it is one order even where keys are blank."""
    rest = [n for n, _ in table.columns if n not in table.sort and not n.endswith("_day")]
    return ", ".join(f'"{n}" nulls first' for n in (*table.sort, *rest))
