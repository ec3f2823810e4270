-- after loading, inside the caller's transaction: one row per key in the tables that keep the newest observation;
-- settle_forms.sql then chooses among the counts of forms

UPDATE collected.statistic AS s SET unit_code = a.unit_code
FROM collected.unit_alias AS a
WHERE s.source = a.source AND s.unit_code = concat('id:', a.id);

UPDATE collected.unit AS u SET unit_code = a.unit_code
FROM collected.unit_alias AS a
WHERE u.source = a.source AND u.unit_code = concat('id:', a.id);

INSERT INTO collected.statistic SELECT * FROM collected.superseded;

TRUNCATE collected.superseded;

-- counts told again: all but the newest go; of forms for each layout and reporting unit, with the unit as the form says it
CREATE OR REPLACE TEMP TABLE older AS
WITH said AS (
    SELECT * REPLACE (CASE WHEN unit_said = '' THEN unit_code ELSE unit_said END AS unit_code), rowid AS id
    FROM collected.statistic
),

-- few counts are told again: only those are sorted
again AS (
    SELECT source, unit_code, unit_said, field, procedure_key, period_start, period_end, measure, layout, reporting_unit
    FROM said
    GROUP BY ALL
    HAVING count(*) > 1
)

SELECT id
FROM said
SEMI JOIN again
    USING (source, unit_code, unit_said, field, procedure_key, period_start, period_end, measure, layout, reporting_unit)
QUALIFY row_number() OVER (
    PARTITION BY
        source, unit_code, unit_said, field, procedure_key, period_start, period_end, measure, layout, reporting_unit
    ORDER BY partial, captured_at DESC, export_id DESC, item
) > 1;

DELETE FROM collected.statistic WHERE rowid IN (SELECT id FROM older);

-- the same payment in several exports counts once
CREATE OR REPLACE TABLE collected.payment AS
SELECT *
FROM collected.payment
QUALIFY row_number() OVER (
    PARTITION BY source, dossier_code, paid_at, fee, charge, total
    ORDER BY captured_at DESC, export_id DESC, sheet DESC, row_number DESC
) = 1;

CREATE OR REPLACE TABLE collected.unit AS
SELECT
    source,
    unit_code,
    arg_max(unit_name, (captured_at, unit_name)) FILTER (WHERE unit_name IS NOT NULL) AS unit_name,
    arg_max(level, (captured_at, level)) FILTER (WHERE level IS NOT NULL) AS level,
    max(captured_at) AS captured_at
FROM collected.unit
GROUP BY ALL;

CREATE OR REPLACE TABLE collected.procedure AS
SELECT
    source,
    procedure_key,
    any_value(procedure_code) AS procedure_code,
    arg_max(procedure_name, (captured_at, procedure_name)) FILTER (WHERE procedure_name IS NOT NULL) AS procedure_name,
    arg_max(field, (captured_at, field)) FILTER (WHERE field IS NOT NULL) AS field,
    arg_max(agency, (captured_at, agency)) FILTER (WHERE agency IS NOT NULL) AS agency,
    arg_max(executing_agency, (captured_at, executing_agency)) FILTER (WHERE executing_agency IS NOT NULL) AS executing_agency,
    arg_max(level, (captured_at, level)) FILTER (WHERE level IS NOT NULL) AS level,
    arg_max(service_level, (captured_at, service_level)) FILTER (WHERE service_level IS NOT NULL) AS service_level,
    arg_max(fee, (captured_at, fee)) FILTER (WHERE fee IS NOT NULL) AS fee,
    arg_max(eligible_full, (captured_at, eligible_full)) FILTER (WHERE eligible_full IS NOT NULL) AS eligible_full,
    arg_max(integrated, (captured_at, integrated)) FILTER (WHERE integrated IS NOT NULL) AS integrated,
    arg_max(status, (captured_at, status)) FILTER (WHERE status IS NOT NULL) AS status,
    max(captured_at) AS captured_at
FROM collected.procedure
GROUP BY ALL;
