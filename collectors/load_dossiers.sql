-- incoming versions of dossiers → collected.dossier, inside the caller's transaction.
-- In: to_load (one row per archived export: file, export_id, source, captured_at).
-- The newest version of a dossier wins, whatever the order of loading. Newest: the day the export was made; on one
-- day, the dossier's own newest event (copying a file changes its time stamp, not its dates); then the exact time of
-- the export; then the further state; then, so that the result never depends on chance, the export's id and the row.

CREATE OR REPLACE TEMP MACRO newest_event(received, finished, returned) AS
    coalesce(greatest(received, finished, returned), TIMESTAMP '1900-01-01 00:00:00');

CREATE OR REPLACE TEMP MACRO version(captured, event, status, export_id, row_number) AS
    (CAST(captured + INTERVAL 7 HOUR AS DATE), event, captured, coalesce(status, 0), export_id, row_number);

SET VARIABLE files = (SELECT list(file) FROM to_load);

CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    l.source,
    r.dossier_code,
    r.unit_code,
    r.unit_name,
    r.procedure_key,
    r.procedure_code,
    r.procedure_name,
    r.field,
    r.channel,
    r.service_level,
    r.received_at,
    r.due_at,
    r.finished_at,
    r.returned_at,
    r.status,
    r.fee_obligation,
    r.fee_amount,
    r.paid_online,
    r.components_digitised,
    r.result_electronic,
    r.data_reused,
    r.satisfied,
    l.export_id,
    r.sheet,
    r.row_number,
    l.captured_at
FROM read_parquet(getvariable('files'), union_by_name = true, filename = true) AS r
INNER JOIN to_load AS l ON l.file = r.filename
QUALIFY row_number() OVER (
    PARTITION BY l.source, r.dossier_code
    ORDER BY version(
        l.captured_at, newest_event(r.received_at, r.finished_at, r.returned_at), r.status, l.export_id, r.row_number
    ) DESC
) = 1;

CREATE OR REPLACE TEMP TABLE winner AS
SELECT i.*
FROM incoming AS i
LEFT JOIN collected.dossier AS d ON d.source = i.source AND d.dossier_code = i.dossier_code
WHERE d.dossier_code IS NULL OR version(
    i.captured_at, newest_event(i.received_at, i.finished_at, i.returned_at), i.status, i.export_id, i.row_number
) > version(
    d.captured_at, newest_event(d.received_at, d.finished_at, d.returned_at), d.status, d.export_id, d.row_number
);

-- the days whose counts the old and the new version bear on
INSERT INTO collected.touched_day
WITH version AS (
    SELECT received_at, due_at, finished_at, returned_at FROM winner
    UNION ALL
    SELECT d.received_at, d.due_at, d.finished_at, d.returned_at
    FROM collected.dossier AS d
    INNER JOIN winner AS w ON w.source = d.source AND w.dossier_code = d.dossier_code
)

SELECT DISTINCT day FROM (
    SELECT CAST(received_at AS DATE) AS day FROM version
    UNION ALL SELECT CAST(finished_at AS DATE) FROM version
    UNION ALL SELECT CAST(returned_at AS DATE) FROM version
    UNION ALL SELECT CAST(due_at AS DATE) + 1 FROM version
) AS event
WHERE day IS NOT NULL;

DELETE FROM collected.dossier AS d USING winner AS w WHERE d.source = w.source AND d.dossier_code = w.dossier_code;

INSERT INTO collected.dossier
SELECT * EXCLUDE (unit_name, procedure_code, procedure_name, field) FROM winner ORDER BY received_at;

INSERT INTO collected.unit
SELECT DISTINCT source, unit_code, unit_name, NULL, captured_at FROM incoming;

INSERT INTO collected.procedure
SELECT DISTINCT source, procedure_key, procedure_code, procedure_name, field, captured_at FROM incoming;
