-- the counts of one archived summary form → collected.statistic and collected.form, inside the caller's transaction.
-- In: the variables file, export_id, untold_id, source, layout, captured_at, whole. Which of them count is settled when
-- all are loaded.

-- archives written before sheets told their layout and reporting unit have no such columns
CREATE OR REPLACE TEMP TABLE delivered AS
SELECT
    * EXCLUDE (layout, reporting_unit),
    coalesce(layout, getvariable('layout')) AS layout,
    coalesce(reporting_unit, '') AS reporting_unit
FROM (
    SELECT CAST(NULL AS VARCHAR) AS layout, CAST(NULL AS VARCHAR) AS reporting_unit WHERE FALSE
    UNION ALL BY NAME
    SELECT * FROM read_parquet(getvariable('file'))
);

INSERT INTO collected.statistic
SELECT
    getvariable('source'),
    unit_code,
    period_start,
    period_end,
    measure,
    value,
    NULL,
    FALSE,
    getvariable('export_id'),
    item,
    CAST(getvariable('captured_at') AS TIMESTAMP),
    field,
    procedure_key,
    unit_said,
    layout,
    reporting_unit
FROM delivered;

INSERT INTO collected.form
SELECT
    getvariable('export_id'),
    getvariable('untold_id'),
    getvariable('source'),
    layout,
    reporting_unit,
    reporting_unit,
    period_start,
    period_end,
    CAST(getvariable('captured_at') AS TIMESTAMP),
    getvariable('whole'),
    count(*)
FROM delivered
GROUP BY layout, reporting_unit, period_start, period_end;

INSERT INTO collected.form_row
SELECT DISTINCT
    getvariable('export_id'),
    layout,
    reporting_unit,
    period_start,
    period_end,
    CASE WHEN unit_said = '' THEN unit_code ELSE unit_said END,
    field,
    procedure_key
FROM delivered;

INSERT INTO collected.unit
SELECT DISTINCT getvariable('source'), unit_code, unit_name, NULL, CAST(getvariable('captured_at') AS TIMESTAMP)
FROM delivered;

INSERT INTO collected.procedure (source, procedure_key, procedure_code, procedure_name, field, captured_at)
SELECT DISTINCT
    getvariable('source'),
    procedure_key,
    procedure_code,
    procedure_name,
    nullif(field, ''),
    CAST(getvariable('captured_at') AS TIMESTAMP)
FROM delivered
WHERE procedure_key <> '';

DROP TABLE delivered;
