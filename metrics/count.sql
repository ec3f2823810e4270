-- one row per source, day, unit and procedure on which something happened: the measures of measures.py, for the days
-- in collected.touched_day. A dossier is counted on up to four days: received, ended, at the end of its due day, overdue
-- from the day after. Reception counts at the unit that received it, everything else at the unit that resolves it.
-- Portable: this statement is also transpiled for other engines.
INSERT INTO counted.daily
WITH dated AS (
    SELECT
        *,
        COALESCE(resolving_unit_code, unit_code) AS resolver_code,
        COALESCE(finished_at, returned_at) AS ended_at,
        CAST(received_at AS DATE) AS received_day,
        CAST(COALESCE(finished_at, returned_at) AS DATE) AS ended_day,
        CAST(due_at AS DATE) AS due_day,
        CAST(due_at + INTERVAL 1 DAY AS DATE) AS late_day,
        -- statuses 1 and 3 were never received; a status that was not understood counts as received and open
        received_at IS NOT NULL AND COALESCE(status, 0) NOT IN (1, 3) AS is_received,
        COALESCE(status, 0) IN (7, 8, 9, 10) AS is_closed,
        COALESCE(status, 0) IN (9, 10) AS is_resolved,
        COALESCE(status, 0) = 7 AS is_withdrawn,
        COALESCE(status, 0) = 8 AS is_stopped,
        COALESCE(status, 0) = 6 AS is_paying,
        COALESCE(status, 0) IN (5, 6) AS is_waiting
    FROM collected.dossier
    -- the cost grows with what was touched: other dossiers are left before anything is made of them
    WHERE
        CAST(received_at AS DATE) IN (SELECT day FROM collected.touched_day)
        OR CAST(finished_at AS DATE) IN (SELECT day FROM collected.touched_day)
        OR CAST(returned_at AS DATE) IN (SELECT day FROM collected.touched_day)
        OR CAST(due_at AS DATE) IN (SELECT day FROM collected.touched_day)
        OR CAST(due_at + INTERVAL 1 DAY AS DATE) IN (SELECT day FROM collected.touched_day)
),

dossier AS (
    SELECT
        *,
        is_received AND (NOT is_closed OR ended_at IS NOT NULL) AS is_entered,
        is_closed AND ended_at IS NOT NULL AS is_ended,
        -- a dossier cannot leave, or be late, before it came
        GREATEST(ended_day, received_day) AS left_day,
        CASE WHEN due_at IS NOT NULL THEN GREATEST(due_day, received_day) END AS reached_day,
        CASE WHEN due_at IS NOT NULL THEN GREATEST(late_day, received_day) END AS overdue_day
    FROM dated
),

event AS (
    -- mostly one unit receives and resolves: one row for both
    SELECT
        received_day AS day,
        unit_code AS place,
        TRUE AS at_received,
        is_entered AND resolver_code = unit_code AS at_entered,
        FALSE AS at_ended,
        FALSE AS at_left,
        FALSE AS at_reached,
        FALSE AS at_overdue,
        *
    FROM dossier
    WHERE is_received AND received_day IN (SELECT day FROM collected.touched_day)
    UNION ALL
    SELECT
        received_day,
        resolver_code,
        FALSE,
        TRUE,
        FALSE,
        FALSE,
        FALSE,
        FALSE,
        *
    FROM dossier
    WHERE is_entered AND resolver_code <> unit_code AND received_day IN (SELECT day FROM collected.touched_day)
    UNION ALL
    -- most dossiers leave on the day they end: one row for both
    SELECT
        ended_day,
        resolver_code,
        FALSE,
        FALSE,
        TRUE,
        is_received AND left_day = ended_day,
        FALSE,
        FALSE,
        *
    FROM dossier
    WHERE
        is_ended AND (is_resolved OR is_received)
        AND ended_day IN (SELECT day FROM collected.touched_day)
    UNION ALL
    SELECT
        left_day,
        resolver_code,
        FALSE,
        FALSE,
        FALSE,
        TRUE,
        FALSE,
        FALSE,
        *
    FROM dossier
    WHERE
        is_ended AND is_received AND left_day > ended_day
        AND left_day IN (SELECT day FROM collected.touched_day)
    UNION ALL
    -- still open when the due day ends: late for OpenCPS, where equality is overdue; waiting stops its clock
    SELECT
        reached_day,
        resolver_code,
        FALSE,
        FALSE,
        FALSE,
        FALSE,
        TRUE,
        FALSE,
        *
    FROM dossier
    WHERE
        is_entered AND due_at IS NOT NULL AND NOT is_waiting
        AND (NOT is_closed OR reached_day < left_day)
        AND reached_day IN (SELECT day FROM collected.touched_day)
    UNION ALL
    -- late means still open when the due day is over; waiting for papers is never late, for a payment only in the 766
    SELECT
        overdue_day,
        resolver_code,
        FALSE,
        FALSE,
        FALSE,
        FALSE,
        FALSE,
        TRUE,
        *
    FROM dossier
    WHERE
        is_entered AND due_at IS NOT NULL AND (NOT is_waiting OR is_paying)
        AND (NOT is_closed OR overdue_day < left_day)
        AND overdue_day IN (SELECT day FROM collected.touched_day)
)

SELECT
    source,
    day,
    place AS unit_code,
    procedure_key,
    COUNT(CASE WHEN at_received THEN 1 END) AS received,
    COUNT(CASE WHEN at_received AND channel IS NOT NULL THEN 1 END) AS channel_known,
    COUNT(CASE WHEN at_received AND channel = 'online' THEN 1 END) AS received_online,
    COUNT(CASE WHEN at_received AND channel IN ('direct', 'missing') THEN 1 END) AS received_direct,
    COUNT(CASE WHEN at_received AND channel = 'postal' THEN 1 END) AS received_postal,
    COUNT(CASE WHEN at_received AND channel = 'unknown' THEN 1 END) AS received_channel_unknown,
    COUNT(CASE WHEN at_received AND channel IS NOT NULL AND service_level IS NOT NULL THEN 1 END) AS level_known,
    COUNT(CASE WHEN at_received AND channel = 'online' AND service_level = 'full' THEN 1 END) AS received_online_full,
    COUNT(CASE WHEN at_received AND channel = 'online' AND service_level = 'partial' THEN 1 END)
        AS received_online_partial,
    COUNT(CASE WHEN at_received AND channel IS NOT NULL AND service_level IN ('full', 'partial') THEN 1 END)
        AS received_offered,
    COUNT(CASE WHEN at_received AND channel = 'online' AND service_level IN ('full', 'partial') THEN 1 END)
        AS received_online_of_offered,
    COUNT(CASE WHEN at_received AND (NOT fee_obligation OR paid_online IS NOT NULL) THEN 1 END) AS payment_known,
    COUNT(CASE WHEN at_received AND fee_obligation AND paid_online IS NOT NULL THEN 1 END) AS fee_known,
    COUNT(CASE WHEN at_received AND fee_obligation AND paid_online THEN 1 END) AS received_paid_online,
    COUNT(CASE WHEN at_received AND components_digitised IS NOT NULL THEN 1 END) AS digitisation_known,
    COUNT(CASE WHEN at_received AND components_digitised THEN 1 END) AS received_digitised,
    COUNT(CASE WHEN at_received AND data_reused IS NOT NULL THEN 1 END) AS reuse_known,
    COUNT(CASE WHEN at_received AND data_reused THEN 1 END) AS received_reused,
    COUNT(CASE WHEN at_received AND components_digitised IS NOT NULL AND result_electronic IS NOT NULL THEN 1 END)
        AS digitised_full_known,
    COUNT(CASE WHEN at_received AND components_digitised AND result_electronic THEN 1 END)
        AS received_digitised_full,
    COUNT(
        CASE
            WHEN at_received AND channel IN ('direct', 'missing', 'postal') AND components_digitised IS NOT NULL THEN 1
        END
    ) AS paper_known,
    COUNT(CASE WHEN at_received AND channel IN ('direct', 'missing', 'postal') AND components_digitised THEN 1 END)
        AS paper_digitised,
    COUNT(CASE WHEN at_received AND paid THEN 1 END) AS settled,
    COUNT(CASE WHEN at_received AND paid AND paid_online THEN 1 END) AS settled_online,
    COALESCE(SUM(CASE WHEN at_received AND fee_obligation AND paid_online IS NOT NULL THEN fee_amount END), 0)
        AS fee_due_amount,
    COALESCE(SUM(CASE WHEN at_received AND fee_obligation AND paid_online THEN fee_amount END), 0)
        AS fee_paid_online_amount,
    COUNT(CASE WHEN at_received AND due_at IS NULL THEN 1 END) AS received_without_due,
    COUNT(CASE WHEN at_received AND satisfied IS NOT NULL THEN 1 END) AS rated,
    COUNT(CASE WHEN at_received AND satisfied THEN 1 END) AS satisfied,
    COUNT(CASE WHEN at_ended AND is_resolved THEN 1 END) AS resolved,
    COUNT(CASE WHEN at_ended AND is_resolved AND (due_at IS NULL OR ended_at <= due_at) THEN 1 END)
        AS resolved_on_time,
    COUNT(CASE WHEN at_ended AND is_resolved AND ended_at > due_at THEN 1 END) AS resolved_late,
    COUNT(CASE WHEN at_ended AND is_resolved AND due_at IS NULL THEN 1 END) AS resolved_without_due,
    COUNT(CASE WHEN at_ended AND is_resolved AND result_electronic IS NOT NULL THEN 1 END) AS result_known,
    COUNT(CASE WHEN at_ended AND is_resolved AND result_electronic THEN 1 END) AS resolved_electronic,
    COUNT(CASE WHEN at_ended AND is_withdrawn THEN 1 END) AS withdrawn,
    COUNT(CASE WHEN at_ended AND is_stopped THEN 1 END) AS stopped,
    COUNT(CASE WHEN at_ended AND (is_resolved OR is_withdrawn) THEN 1 END) AS ended_td,
    COUNT(
        CASE
            WHEN at_ended AND (is_withdrawn OR (is_resolved AND (due_at IS NULL OR ended_day <= due_day))) THEN 1
        END
    ) AS ended_on_time_td,
    COUNT(CASE WHEN at_ended AND is_resolved AND ended_day < due_day THEN 1 END) AS ended_early_td,
    COUNT(CASE WHEN at_ended AND is_received AND due_at IS NOT NULL THEN 1 END) AS ended_766,
    COUNT(CASE WHEN at_ended AND is_received AND ended_at <= due_at THEN 1 END) AS ended_on_time_766,
    COUNT(CASE WHEN at_entered THEN 1 END) AS entered,
    COUNT(CASE WHEN at_left THEN 1 END) AS "left",
    COUNT(CASE WHEN at_overdue AND NOT is_paying THEN 1 END) AS overdue_entered,
    COUNT(CASE WHEN at_left AND NOT is_waiting AND overdue_day < left_day THEN 1 END) AS overdue_left,
    COUNT(CASE WHEN at_entered AND is_waiting THEN 1 END) AS waiting_entered,
    COUNT(CASE WHEN at_overdue AND is_paying THEN 1 END) AS overdue_paying_entered,
    COUNT(CASE WHEN at_reached THEN 1 END) AS reached_entered,
    COUNT(CASE WHEN at_entered AND due_at IS NOT NULL THEN 1 END) AS dated_entered,
    COUNT(CASE WHEN at_left AND reached_day < left_day THEN 1 END) AS reached_left,
    COUNT(CASE WHEN at_left AND due_at IS NOT NULL THEN 1 END) AS dated_left
FROM event
GROUP BY source, day, place, procedure_key
