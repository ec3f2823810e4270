-- the counts of one archived summary form → collected.statistic, inside the caller's transaction.
-- In: the variables file, export_id, source, captured_at. The newest observation is chosen when all are loaded.

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
    unit_said
FROM read_parquet(getvariable('file'));

INSERT INTO collected.unit
SELECT DISTINCT getvariable('source'), unit_code, unit_name, NULL, CAST(getvariable('captured_at') AS TIMESTAMP)
FROM read_parquet(getvariable('file'));

INSERT INTO collected.procedure (source, procedure_key, procedure_code, procedure_name, field, captured_at)
SELECT DISTINCT
    getvariable('source'),
    procedure_key,
    procedure_code,
    procedure_name,
    nullif(field, ''),
    CAST(getvariable('captured_at') AS TIMESTAMP)
FROM read_parquet(getvariable('file'))
WHERE procedure_key <> '';
