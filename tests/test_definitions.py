"""What is divided by what: the twenty keys, the measures they stand on, and the names in SQL and code being the same."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from collectors.home import ON_TIME
from metrics import QuestionError
from metrics.count import SCHEMA_SQL
from metrics.definitions import (
    EVERY,
    METRIC,
    METRICS,
    SUPPLEMENTARY,
    Direction,
    Kind,
    Variant,
    chosen,
    count_sql,
    definitions_version,
)
from metrics.measures import (
    CATALOGUED,
    COUNTED_NAMES,
    DELIVERED,
    FORMS,
    HELD,
    LABELS,
    MEASURES,
    OF_CATALOGUE,
    PAID,
    PROCEDURE_NAMES,
    STOCKS,
    TERMS,
    Measure,
)
from metrics.on_time import DEFAULT, ON_TIME_EN, ON_TIME_VI, OnTime, rule_of
from metrics.targets import METRIC_KEYS, Register, load_register

KEY = ("source", "day", "unit_code", "procedure_key")
ROOT = Path(__file__).parents[1]
VARIANTS = [(metric.key, variant) for metric in EVERY for variant in metric.variants]
MONEY = {"fee_due_amount", "fee_paid_online_amount"}  # đồng: more than fits an INTEGER


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        connection.execute((ROOT / "collectors" / "schema.sql").read_text(encoding="utf-8"))
        connection.execute(SCHEMA_SQL)
        yield connection


def test_the_twenty_keys_are_there_in_their_order() -> None:
    assert tuple(metric.key for metric in METRICS) == METRIC_KEYS
    assert len(METRICS) == 20


def test_our_own_ratios_stand_beside_the_twenty() -> None:
    assert [metric.key for metric in SUPPLEMENTARY] == ["without_due"]
    assert not {metric.key for metric in SUPPLEMENTARY} & set(METRIC_KEYS)
    assert list(METRIC) == [metric.key for metric in EVERY]


def test_only_overdue_dossiers_and_those_without_a_due_date_are_better_when_fewer() -> None:
    down = {metric.key for metric in EVERY if metric.direction == Direction.DOWN}
    assert down == {"overdue_open", "without_due"}


@pytest.mark.parametrize(("key", "variant"), VARIANTS, ids=[f"{key}-{variant.id}" for key, variant in VARIANTS])
def test_a_variant_divides_measures_of_its_own_kind(key: str, variant: Variant) -> None:
    names = {variant.numerator, variant.denominator} | {name for name in (variant.known, variant.of) if name}
    if variant.kind == Kind.STATISTIC:
        assert names <= {measure.name for measure in (*DELIVERED, *FORMS)}
    elif variant.kind == Kind.PAYMENT:
        assert names <= {measure.name for measure in PAID}
    elif variant.stock:
        assert names <= {measure.name for measure in STOCKS}
        assert variant.at_end
    else:
        ratio = {variant.numerator, variant.denominator}
        assert any(ratio <= set(kind) for kind in (COUNTED_NAMES, _named(HELD), CATALOGUED, PROCEDURE_NAMES)), ratio
        assert names - ratio <= set(COUNTED_NAMES)
        assert variant.at_end == (ratio <= _named(HELD))
        assert variant.counts_procedures == (ratio <= PROCEDURE_NAMES)


def _named(measures: Iterable[Measure]) -> set[str]:
    return {measure.name for measure in measures}


def test_variants_are_told_apart() -> None:
    identities = [variant.id for _, variant in VARIANTS]
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("rule", OnTime)
def test_one_variant_speaks_for_a_metric_of_dossiers(rule: OnTime) -> None:
    def speaking(filled: set[str], catalogue: set[str]) -> dict[str, str | None]:
        return {
            metric.key: metric.speaking(Kind.DOSSIER, rule=rule, filled=filled, catalogue=catalogue) for metric in EVERY
        }

    bare = speaking(set(), set())
    assert bare["on_time"] == f"on_time.{rule}"
    assert bare["overdue_open"] == f"overdue.open.{rule}"
    assert bare["online_of_offered"] == "online.of_offered"  # not reported, but its name is told
    assert bare["procedures_online"] is None
    whole = speaking({"channel_known", "level_known"}, {"service_level"})
    assert whole["online_of_offered"] == "online.of_offered"  # the list's own column comes first
    assert whole["procedures_online"] == "dvctt.share"
    assert whole["online"] == "online.received"
    assert speaking({"channel_known"}, {"service_level"})["online_of_offered"] == "online.of_offered.catalogue"


def test_the_rules_of_on_time_are_those_of_the_settings() -> None:
    assert {rule.value for rule in OnTime} == set(ON_TIME)
    assert DEFAULT.value == "td"
    assert set(ON_TIME_VI) == set(ON_TIME_EN) == set(OnTime)
    for key, variant in VARIANTS:
        assert variant.rule == rule_of(variant.id), key


def test_what_dossiers_and_the_portal_give() -> None:
    of_dossiers = {v.id: (key, v.numerator, v.denominator) for key, v in VARIANTS if v.kind == Kind.DOSSIER}
    assert of_dossiers == {
        "online.received": ("online", "received_online", "channel_known"),
        "online.l34.all": ("online", "received_online_of_offered", "level_known"),
        "online.full.all": ("online_full", "received_online_full", "level_known"),
        "online.full.eligible": ("online_full_eligible", "eligible_online_full", "eligible_known"),
        "online.of_offered": ("online_of_offered", "received_online_of_offered", "received_offered"),
        "online.of_offered.catalogue": ("online_of_offered", "offered_online", "offered_known"),
        "pay.dossier": ("online_payment", "received_paid_online", "fee_known"),
        "pay.dossier.paid": ("online_payment", "settled_online", "settled"),
        "pay.money": ("online_payment", "fee_paid_online_amount", "fee_due_amount"),
        "pay.procedure": ("online_payment_procedures", "paid_procedures", "fee_procedures"),
        "pay.procedure.catalogue": ("online_payment_procedures", "listed_fee_paid", "listed_fee"),
        "digit.components": ("digitised_components", "received_digitised", "digitisation_known"),
        "digit.in.paper_only": ("digitised_components", "paper_digitised", "paper_known"),
        "digit.result": ("electronic_results", "resolved_electronic", "result_known"),
        "digit.full": ("digitised_full", "received_digitised_full", "digitised_full_known"),
        "digit.reuse": ("data_reuse", "received_reused", "reuse_known"),
        "on_time.td": ("on_time", "ended_on_time_td", "ended_td"),
        "on_time.dvcqg766": ("on_time", "ended_on_time_766", "ended_766"),
        "on_time.opencps": ("on_time", "resolved_on_time", "resolved"),
        "766.own": ("on_time_766", "handled_on_time_766", "handled_766"),
        "overdue.open.td": ("overdue_open", "overdue_open", "open"),
        "overdue.open.dvcqg766": ("overdue_open", "overdue_open_766", "open_dated"),
        "overdue.open.opencps": ("overdue_open", "overdue_open_opencps", "processing"),
        "dvctt.share": ("procedures_online", "listed_online", "listed_levels"),
        "dvctt.share.eligible": ("procedures_online", "listed_eligible_full", "listed_eligible"),
        "dvctt.active": ("procedures_online_active", "listed_online_active", "listed_online"),
        "dvctt.integrated": ("procedures_integrated", "listed_integrated", "listed_integration_known"),
        "satisfaction.rating": ("satisfaction", "satisfied", "rated"),
        "due.missing": ("without_due", "received_without_due", "received"),
    }
    assert {key: (v.numerator, v.denominator) for key, v in VARIANTS if v.id.startswith("766-")} == {
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
    assert {key: (v.numerator, v.denominator) for key, v in VARIANTS if v.id.startswith("form.")} == {
        "online": ("form_received_online", "form_received_in_period"),
        "online_of_offered": ("form_online_of_offered", "form_received_of_offered"),
        "online_payment": ("form_paid_online", "form_fee_dossiers"),
        "on_time": ("form_resolved_in_time", "form_resolved"),
        "overdue_open": ("form_open_overdue", "form_open"),
        "apology_sent": ("form_apologised", "form_late"),
        "procedures_online": ("form_procedures_online", "form_procedures"),
        "procedures_online_active": ("form_procedures_online_active", "form_procedures_online"),
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
    assert {kind for name, kind, _ in columns if name in set(COUNTED_NAMES) - MONEY} == {"INTEGER"}
    assert {kind for name, kind, _ in columns if name in MONEY} == {"BIGINT"}
    assert {nullable for _, _, nullable in columns} == {"NO"}


def test_every_measure_has_a_label_in_both_languages() -> None:
    assert len(LABELS) == len(MEASURES)
    assert all(measure.label_vi and measure.label_en for measure in LABELS.values())
    assert all(metric.label_vi and metric.label_en and metric.counted_vi and metric.counted_en for metric in EVERY)


def test_what_is_put_together_is_put_together_of_counted_flows() -> None:
    assert set(TERMS) == _named(STOCKS) | _named(HELD)
    assert {term.measure for terms in TERMS.values() for term in terms} <= set(COUNTED_NAMES)
    assert {counted for counted, _ in CATALOGUED.values()} <= set(COUNTED_NAMES)
    assert set(CATALOGUED) == _named(OF_CATALOGUE)


def test_the_statement_stays_portable() -> None:
    """What another engine does not know: GROUP BY ALL, QUALIFY, EXCLUDE, COLUMNS, ::, //, lists, lambdas."""
    text = re.sub(r"--.*", "", count_sql())
    for word in ("GROUP BY ALL", "QUALIFY", "EXCLUDE", "COLUMNS(", "::", "//", "[", "lambda", "list_"):
        assert word not in text


def test_metrics_are_chosen_in_their_order() -> None:
    assert [metric.key for metric in chosen(["on_time", "online"])] == ["online", "on_time"]
    assert chosen(None) == list(EVERY)
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
