"""The register, the trends and the hand-entered figures as tables of a snapshot, with the file each row comes from."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from metrics.figures import SOURCE, Figure, Standing
from metrics.journal import naive_utc
from metrics.register_kept import InForce
from metrics.targets import Register, Target
from metrics.year_on_year import YearOnYear

Append = Callable[[str, Iterable[tuple[object, ...]]], None]

TABLES = """
-- one row: the register that was in force when the snapshot was made
CREATE TABLE snapshot.register (
    rows BIGINT NOT NULL,
    file VARCHAR NOT NULL,                 -- the office's own file; '' without one
    good_since TIMESTAMP,                  -- UTC: when the text in force was first read; NULL: the built-in rows only
    error_vi VARCHAR NOT NULL,             -- why the present file is not used; '' when it is
    failing_since TIMESTAMP                -- UTC
);

-- one row per target of the register, in the order of its files; values are those of the day of publishing
CREATE TABLE snapshot.target (
    target_id VARCHAR NOT NULL,
    metric VARCHAR NOT NULL,               -- '' for an indicator
    indicator VARCHAR NOT NULL,            -- '' for a metric
    variant VARCHAR,
    name_vi VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                 -- target, full_mark, trend, baseline, rule, citation
    op VARCHAR NOT NULL,
    value DOUBLE,                          -- fraction of 1 for ratio and reduction
    steps VARCHAR NOT NULL,                -- year:value;year:value of a schedule or a step
    quantity VARCHAR NOT NULL,             -- ratio, reduction, rank, count, points
    level VARCHAR NOT NULL,
    province VARCHAR,
    unit VARCHAR,
    field VARCHAR,
    valid_from DATE,
    valid_to DATE,
    due DATE,
    parent VARCHAR,                        -- target whose numerator is the base
    overrides VARCHAR,
    document VARCHAR NOT NULL,
    article VARCHAR NOT NULL,
    phrase VARCHAR NOT NULL,
    computable_from VARCHAR NOT NULL,
    confirmed BOOLEAN NOT NULL,
    judged BOOLEAN NOT NULL,
    ask_vi VARCHAR NOT NULL,               -- what to ask where it is unconfirmed
    note_vi VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    line INTEGER
);

-- one row per metric, variant, source, unit, period and target that asks the ratio not to fall
CREATE TABLE snapshot.year_on_year (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    complete BOOLEAN NOT NULL,
    numerator BIGINT,
    denominator BIGINT,
    ratio DOUBLE,                          -- fraction of 1
    base_label VARCHAR NOT NULL,           -- the same period of the year before
    base_start DATE NOT NULL,
    base_end DATE NOT NULL,
    base_numerator BIGINT,
    base_denominator BIGINT,
    base_ratio DOUBLE,
    target_id VARCHAR NOT NULL,
    target_document VARCHAR NOT NULL,
    target_article VARCHAR NOT NULL,
    status VARCHAR NOT NULL,               -- met, below, no_comparison
    gap BIGINT,
    reason_vi VARCHAR NOT NULL             -- why there is no comparison
);

-- one row per unit, indicator, period and target: the newest hand-entered figure and how it stands
CREATE TABLE snapshot.indicator (
    code VARCHAR NOT NULL,                 -- as the form calls it
    metric VARCHAR NOT NULL,               -- '' for an indicator
    name_vi VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    quantity VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    numerator BIGINT,
    denominator BIGINT,                    -- as compared: of a nested target the numerator of its parent
    value DOUBLE,                          -- fraction of 1, or rank, count, points
    target_id VARCHAR,
    target_op VARCHAR,
    target_value DOUBLE,
    target_kind VARCHAR,
    target_due DATE,
    target_document VARCHAR,
    target_article VARCHAR,
    status VARCHAR NOT NULL,
    gap BIGINT,
    base_value DOUBLE,                     -- of the year before, for a trend
    entered_by VARCHAR NOT NULL,
    entered_on DATE NOT NULL,
    note VARCHAR NOT NULL,
    remark_vi VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    row_number INTEGER NOT NULL
);

-- one row per figure ever entered by hand
CREATE TABLE snapshot.indicator_entry (
    code VARCHAR NOT NULL,
    quantity VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    numerator BIGINT,
    denominator BIGINT,
    value DOUBLE,
    entered_by VARCHAR NOT NULL,
    entered_on DATE NOT NULL,
    note VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    captured_at TIMESTAMP NOT NULL         -- UTC
);
"""
ENTERED = """
-- one row per figure ever entered by hand
SELECT i.unit_code, i.indicator, i.name, i.quantity, i.period_start, i.period_end, i.numerator, i.denominator, i.value,
    i.entered_by, i.entered_on, i.note, i.export_id, coalesce(e.file_name, i.export_id), i.row_number, i.captured_at
FROM collected.indicator AS i
LEFT JOIN collected.export AS e ON e.export_id = i.export_id
ORDER BY i.unit_code, i.indicator, i.period_start, i.period_end, i.entered_on, i.captured_at, i.export_id, i.row_number
"""
FORMS = """
-- one row: when the newest form was made; NULL: there is none
SELECT max(captured_at) AS captured_at
FROM collected.export
WHERE source = $source
"""


def fill(append: Append, law: InForce, trends: Iterable[YearOnYear], standings: Iterable[Standing], on: date) -> None:
    """Write the register, the trends and the standings; `on` is the day whose values the register shows."""
    since, failing = (naive_utc(one) if one else None for one in (law.good_since, law.failing_since))
    append("register", [(len(law.register.targets), law.file, since, law.error_vi, failing)])
    append("target", _targets(law.register, on))
    append("year_on_year", map(_trend, trends))
    append("indicator", map(_standing, standings))


def entries(figures: Iterable[Figure]) -> Iterator[tuple[object, ...]]:
    """Yield the history of the figures as rows."""
    for one in figures:
        value = None if one.exact is None else float(one.exact)
        yield (
            *(one.code, one.quantity, one.unit_code, one.start, one.end, one.numerator, one.denominator, value),
            *(one.entered_by, one.entered_on, one.note, one.file_name, one.row_number, one.captured_at),
        )


def source_row(captured_at: object, as_of_day: date) -> tuple[object, ...]:
    """Return the row of the hand-entered figures among the sources: never late, no runs of their own."""
    return (SOURCE, "indicator", False, captured_at, None, as_of_day, None, None, None, None)


def _targets(register: Register, on: date) -> Iterator[tuple[object, ...]]:
    for one in register.targets:
        value = one.value_on(on)
        steps = ";".join(f"{year}:{share.normalize():f}" for year, share in one.shares.items())
        yield (
            *(one.id, one.metric, one.indicator, one.variant, *register.name_of(one), one.kind, one.op),
            *(None if value is None else float(value), steps, one.quantity),
            *(one.level, one.province, one.unit, one.field, one.valid_from, one.valid_to, one.due_on(on)),
            *(one.parent, one.overrides, one.document, one.article, one.phrase, "|".join(one.feeds)),
            *(one.confirmed, one.judged, one.ask, one.note, one.file, one.line),
        )


def _trend(one: YearOnYear) -> tuple[object, ...]:
    now, base = one.now, one.base_period
    return (
        *(now.metric, now.variant, now.source, now.unit_code, now.unit_name),
        *(now.period.kind, now.period.label, now.period.start, now.period.end, now.complete),
        *(now.numerator, now.denominator, now.ratio),
        *(base.label, base.start, base.end, *one.base, one.base_ratio),
        *(one.target.id, one.target.document, one.target.article, one.status, one.gap, one.reason_vi),
    )


def _standing(one: Standing) -> tuple[object, ...]:
    figure, period, subject = one.figure, one.period, one.subject
    base = one.base.exact if one.base else None
    return (
        *(figure.code, subject.metric, subject.name_vi, subject.name_en, figure.quantity),
        *(one.unit.code, one.unit.name, period.kind, period.label, period.start, period.end),
        *(one.numerator, one.denominator, None if one.exact is None else float(one.exact)),
        *_asked(one.target, one.target_value),
        *(one.status, one.gap, None if base is None else float(base)),
        *(figure.entered_by, figure.entered_on, figure.note, one.remark_vi, figure.file_name, figure.row_number),
    )


def _asked(target: Target | None, value: object) -> tuple[object, ...]:
    if target is None:
        return (None,) * 7
    number = None if value is None else float(value)  # type: ignore[arg-type]
    return (target.id, target.op, number, target.kind, target.due, target.document, target.article)
