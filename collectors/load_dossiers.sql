-- the dossiers of one archived export → collected.dossier, inside the caller's transaction.
-- In: the variables file, export_id, source, captured_at. Within one export a code occurs once.
-- The newest version of a dossier wins, whatever the order of loading. Newest: the day the export was made; on one
-- day, the dossier's own newest event (copying a file changes its time stamp, not its dates); then the exact time of
-- the export; then the further state; then, so that the result never depends on chance, the export's id and the row.

CREATE OR REPLACE TEMP MACRO newest_event(received, finished, returned) AS
    coalesce(greatest(received, finished, returned), TIMESTAMP '1900-01-01 00:00:00');

CREATE OR REPLACE TEMP MACRO version(captured, event, status, export_id, row_number) AS
    (CAST(captured + INTERVAL 7 HOUR AS DATE), event, captured, coalesce(status, 0), export_id, row_number);

CREATE OR REPLACE TEMP TABLE incoming AS
SELECT
    getvariable('source') AS source,
    dossier_code,
    unit_code,
    unit_name,
    procedure_key,
    procedure_code,
    procedure_name,
    field,
    channel,
    service_level,
    received_at,
    due_at,
    finished_at,
    returned_at,
    status,
    fee_obligation,
    fee_amount,
    paid_online,
    components_digitised,
    result_electronic,
    data_reused,
    satisfied,
    getvariable('export_id') AS export_id,
    sheet,
    row_number,
    CAST(getvariable('captured_at') AS TIMESTAMP) AS captured_at
FROM read_parquet(getvariable('file'));

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

INSERT INTO collected.procedure (source, procedure_key, procedure_code, procedure_name, field, captured_at)
SELECT DISTINCT source, procedure_key, procedure_code, procedure_name, field, captured_at FROM incoming;
