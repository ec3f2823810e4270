-- the rows of one sheet, as text → typed times and bare codes in `staged`: one row per row of `landed`, in its order.
-- In: landed (the table, or in its place a reader of the file), the variables epoch and before.
INSERT INTO staged
WITH seen AS (
    SELECT
        *,
        is_plain_code(dossier_code) AS plain_code,
        written_time(received_at) AS received_plain,
        written_time(due_at) AS due_plain,
        written_time(finished_at) AS finished_plain,
        written_time(returned_at) AS returned_plain
    FROM landed
),

looked_at AS (
    SELECT
        * EXCLUDE (dossier_code),
        CASE WHEN plain_code THEN dossier_code ELSE bare_code(dossier_code) END AS dossier_code,
        CASE WHEN is_usual(received_plain) THEN received_plain ELSE closer_time(trim(received_at)) END AS received,
        CASE WHEN is_usual(received_plain) THEN NULL ELSE trim(received_at) END AS received_text,
        CASE WHEN is_usual(due_plain) THEN due_plain ELSE closer_time(trim(due_at)) END AS due,
        CASE WHEN is_usual(due_plain) THEN NULL ELSE trim(due_at) END AS due_text,
        CASE WHEN is_usual(finished_plain) THEN finished_plain ELSE closer_time(trim(finished_at)) END AS finished,
        CASE WHEN is_usual(finished_plain) THEN NULL ELSE trim(finished_at) END AS finished_text,
        CASE WHEN is_usual(returned_plain) THEN returned_plain ELSE closer_time(trim(returned_at)) END AS returned,
        CASE WHEN is_usual(returned_plain) THEN NULL ELSE trim(returned_at) END AS returned_text
    FROM seen
)

SELECT
    sheet,
    row_number AS own_number,
    getvariable('before') AS before,
    skipped,
    label,
    dossier_code,
    CASE WHEN plain_code THEN split_part(dossier_code, '-', 1) ELSE code_prefix(dossier_code) END AS prefix,
    procedure_code,
    procedure_name,
    field,
    unit_code,
    unit_name,
    resolving_unit_code,
    resolving_unit_name,
    channel,
    service_level,
    received,
    received_text,
    due,
    due_text,
    finished,
    finished_text,
    returned,
    returned_text,
    coalesce(
        is_serial(received_text) OR is_serial(due_text) OR is_serial(finished_text) OR is_serial(returned_text), false
    ) AS serial_date,
    status,
    fee_obligation,
    fee_amount,
    paid_online,
    components_digitised,
    result_electronic,
    data_reused,
    satisfied
FROM looked_at;
