"""What is divided by what: the twenty keys, the measures they stand on, and the names in SQL and code being the same."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from metrics import QuestionError
from metrics.count import SCHEMA_SQL
from metrics.definitions import METRIC, METRICS, Direction, Kind, Variant, chosen, count_sql, definitions_version
from metrics.measures import COUNTED, COUNTED_NAMES, DELIVERED, LABELS, PAID, STOCKS
from metrics.targets import METRIC_KEYS, Register, load_register

KEY = ("source", "day", "unit_code", "procedure_key")
ROOT = Path(__file__).parents[1]
VARIANTS = [(metric.key, variant) for metric in METRICS for variant in metric.variants]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        connection.execute(SCHEMA_SQL)
        yield connection


def test_the_twenty_keys_are_there_in_their_order() -> None:
    assert tuple(metric.key for metric in METRICS) == METRIC_KEYS
    assert len(METRIC) == 20


def test_only_overdue_dossiers_are_better_when_fewer() -> None:
    assert {metric.key for metric in METRICS if metric.direction == Direction.DOWN} == {"overdue_open"}


@pytest.mark.parametrize(("key", "variant"), VARIANTS, ids=[f"{key}-{variant.id}" for key, variant in VARIANTS])
def test_a_variant_divides_measures_of_its_own_kind(key: str, variant: Variant) -> None:
    names = {variant.numerator, variant.denominator} | {name for name in (variant.known, variant.of) if name}
    if variant.kind == Kind.STATISTIC:
        assert names <= {measure.name for measure in DELIVERED}
    elif variant.kind == Kind.PAYMENT:
        assert names <= {measure.name for measure in PAID}
    elif variant.stock:
        assert names <= {measure.name for measure in STOCKS}
    else:
        assert names <= set(COUNTED_NAMES)


def test_variants_are_told_apart() -> None:
    identities = [variant.id for _, variant in VARIANTS]
    assert len(identities) == len(set(identities))
    for metric in METRICS:
        for kind in Kind:
            assert len([one for one in metric.variants_of(kind) if not one.beside]) <= 1


def test_what_dossiers_and_the_portal_give() -> None:
    divided = {kind: {key: (v.numerator, v.denominator) for key, v in VARIANTS if v.kind == kind} for kind in Kind}
    assert divided[Kind.DOSSIER] == {
        "online": ("received_online", "channel_known"),
        "online_full": ("received_online_full", "level_known"),
        "online_of_offered": ("received_online_of_offered", "received_offered"),
        "online_payment": ("received_paid_online", "fee_known"),
        "digitised_components": ("received_digitised", "digitisation_known"),
        "electronic_results": ("resolved_electronic", "result_known"),
        "digitised_full": ("received_digitised_full", "digitised_full_known"),
        "data_reuse": ("received_reused", "reuse_known"),
        "on_time": ("resolved_on_time", "resolved"),
        "overdue_open": ("overdue_open", "open"),
        "satisfaction": ("satisfied", "rated"),
    }
    assert divided[Kind.STATISTIC] == {
        "online": ("channel_online", "channel_total"),
        "online_payment": ("paid_online", "fee_obligation"),
        "online_payment_procedures": ("procedures_paid_online", "procedures_fee"),
        "electronic_results": ("result_electronic_766", "result_base_766"),
        "digitised_full": ("digitised_full_766", "digitised_base_766"),
        "data_reuse": ("reused_766", "reuse_base_766"),
        "on_time_766": ("on_time_766", "received_766"),
        "procedures_online": ("procedures_online", "procedures_authority"),
        "procedures_online_active": ("services_active", "services_total"),
        "satisfaction": ("satisfied_766", "satisfaction_base_766"),
        "petitions_on_time": ("petitions_on_time", "petitions_total"),
    }


def test_what_targets_call_a_variant_and_judge_is_one() -> None:
    known = {variant.id for _, variant in VARIANTS}
    of_the_index = {t.variant for t in load_register().targets if (t.variant or "").startswith("766-")}
    assert of_the_index
    assert of_the_index <= known


def test_the_measures_are_the_columns_of_the_table_and_of_the_statement(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SELECT * FROM counted.daily LIMIT 0")
    assert tuple(column[0] for column in con.description) == (*KEY, *COUNTED_NAMES)
    con.fetchall()
    select = count_sql().split("INSERT INTO counted.daily")[1]
    con.execute(f"SELECT * FROM ({select}) AS counted LIMIT 0")
    assert tuple(column[0] for column in con.description) == (*KEY, *COUNTED_NAMES)
    con.fetchall()


def test_counts_are_whole_and_never_missing(con: duckdb.DuckDBPyConnection) -> None:
    columns = con.execute(
        "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'daily'"
    ).fetchall()
    assert {kind for name, kind, _ in columns if name in COUNTED_NAMES} == {"INTEGER"}
    assert {nullable for _, _, nullable in columns} == {"NO"}


def test_every_measure_has_a_label_in_both_languages() -> None:
    assert len(LABELS) == len(COUNTED) + len(STOCKS) + len(DELIVERED) + len(PAID)
    assert all(measure.label_vi and measure.label_en for measure in LABELS.values())
    assert all(metric.label_vi and metric.label_en and metric.counted_vi and metric.counted_en for metric in METRICS)


def test_the_statement_stays_portable() -> None:
    """What another engine does not know: GROUP BY ALL, QUALIFY, EXCLUDE, COLUMNS, ::, //, lists, lambdas."""
    text = re.sub(r"--.*", "", count_sql())
    for word in ("GROUP BY ALL", "QUALIFY", "EXCLUDE", "COLUMNS(", "::", "//", "[", "lambda", "list_"):
        assert word not in text


def test_metrics_are_chosen_in_their_order() -> None:
    assert [metric.key for metric in chosen(["on_time", "online"])] == ["online", "on_time"]
    assert chosen(None) == list(METRICS)
    with pytest.raises(QuestionError, match="“onlin”"):
        chosen(["online", "onlin"])


def test_the_version_changes_with_the_law_and_not_with_the_place_of_its_file() -> None:
    register = load_register()
    version = definitions_version(register)
    moved = Register(replace(target, file="elsewhere.toml", line=1) for target in register.targets)
    assert definitions_version(moved) == version
    first = next(target for target in register.targets if target.value is not None)
    stricter = replace(first, value=Decimal("0.999"))
    changed = Register(stricter if target is first else target for target in register.targets)
    assert definitions_version(changed) != version
