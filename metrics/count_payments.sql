-- one row per payment of a dossier: what it adds to each of the measures PAID of measures.py, on the day it was made.
-- A dossier counts once, however many payments it made: on the day, and for the unit, of its first. It counts as online
-- when any of its payments was.
-- Source: rates.md §5.2 (pay.transaction; pay.dossier.paid, whose key is the day of payment).
WITH numbered AS (
    SELECT
        *,
        CASE WHEN mode IN ('online_dvcqg', 'online_other') THEN 1 ELSE 0 END AS online,
        CASE WHEN mode IS NOT NULL THEN 1 ELSE 0 END AS known,
        ROW_NUMBER() OVER (
            PARTITION BY source, dossier_code
            ORDER BY paid_at, total, fee, export_id, sheet, row_number
        ) AS place
    FROM collected.payment
),

told AS (
    SELECT
        *,
        CASE WHEN place = 1 THEN 1 ELSE 0 END AS first,
        MAX(online) OVER (PARTITION BY source, dossier_code) AS any_online,
        MAX(known) OVER (PARTITION BY source, dossier_code) AS any_known
    FROM numbered
)

SELECT
    source,
    CAST(paid_at AS DATE) AS day,
    unit_code,
    COALESCE(procedure_key, '?') AS procedure_key,
    dossier_code,
    paid_at,
    fee,
    charge,
    total,
    mode,
    export_id,
    sheet,
    row_number,
    captured_at,
    1 AS payments,
    known AS payments_mode_known,
    online AS payments_online,
    first AS dossiers_paid,
    first * any_known AS dossiers_paid_mode_known,
    first * any_online AS dossiers_paid_online,
    total AS paid_amount,
    total * known AS paid_amount_mode_known,
    total * online AS paid_amount_online
FROM told
