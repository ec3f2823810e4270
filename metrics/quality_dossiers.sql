-- one row per dossier source and check of single dossiers: how many were checked, how many failed, where the first is.
-- A reader's finding of an export tells that it has the column at all: NULL is then a blank or a text not understood.
WITH flagged AS (
    SELECT
        export_id,
        bool_or(check_id = 'no_due_date') AS lacks_due,
        bool_or(check_id = 'unknown_status') AS lacks_status
    FROM collected.finding
    GROUP BY export_id
),

judged AS (
    SELECT
        d.source,
        {'export_id': d.export_id, 'sheet': d.sheet, 'row': d.row_number} AS place,
        d.channel,
        d.service_level,
        coalesce(d.status, 0) NOT IN (1, 3) AND (d.due_at IS NOT NULL OR coalesce(f.lacks_due, FALSE)) AS may_have_due,
        d.due_at IS NULL AS without_due,
        d.status IS NOT NULL OR coalesce(f.lacks_status, FALSE) AS may_have_status,
        d.status IS NULL AS without_status,
        d.finished_at IS NOT NULL AND d.received_at IS NOT NULL AS has_finish,
        coalesce(d.finished_at < d.received_at, FALSE) AS finished_early,
        d.due_at IS NOT NULL AND d.received_at IS NOT NULL AS has_due,
        coalesce(d.due_at < d.received_at, FALSE) AS due_early,
        d.finished_at IS NOT NULL AND d.returned_at IS NOT NULL AS has_both,
        coalesce(CAST(d.returned_at AS DATE) < CAST(d.finished_at AS DATE), FALSE) AS returned_early,
        coalesce(greatest(d.received_at, d.finished_at, d.returned_at) > d.captured_at + INTERVAL 7 HOUR, FALSE) AS future,
        coalesce(d.status, 0) IN (9, 10) AS is_resolved,
        coalesce(d.finished_at, d.returned_at) IS NULL AS without_end,
        coalesce(d.status, 0) IN (2, 4, 5, 6) AS is_open,
        d.finished_at IS NOT NULL AS is_finished,
        c.dossier_code IS NOT NULL AS other_reception
    FROM collected.dossier AS d
    LEFT JOIN flagged AS f ON f.export_id = d.export_id
    LEFT JOIN collected.reception_conflict AS c ON c.source = d.source AND c.dossier_code = d.dossier_code
),

counted AS (
    SELECT source, unnest([
        {'check_id': 'no_due_date', 'checked': count_if(may_have_due), 'failing': count_if(may_have_due AND without_due),
            'place': min(place) FILTER (WHERE may_have_due AND without_due)},
        {'check_id': 'unknown_status', 'checked': count_if(may_have_status),
            'failing': count_if(may_have_status AND without_status),
            'place': min(place) FILTER (WHERE may_have_status AND without_status)},
        {'check_id': 'unknown_channel', 'checked': count(channel), 'failing': count_if(channel = 'unknown'),
            'place': min(place) FILTER (WHERE channel = 'unknown')},
        {'check_id': 'missing_channel', 'checked': count(channel), 'failing': count_if(channel = 'missing'),
            'place': min(place) FILTER (WHERE channel = 'missing')},
        {'check_id': 'unknown_level', 'checked': count(service_level), 'failing': count_if(service_level = 'unknown'),
            'place': min(place) FILTER (WHERE service_level = 'unknown')},
        {'check_id': 'finished_before_received', 'checked': count_if(has_finish), 'failing': count_if(finished_early),
            'place': min(place) FILTER (WHERE finished_early)},
        {'check_id': 'due_before_received', 'checked': count_if(has_due), 'failing': count_if(due_early),
            'place': min(place) FILTER (WHERE due_early)},
        {'check_id': 'returned_before_finished', 'checked': count_if(has_both), 'failing': count_if(returned_early),
            'place': min(place) FILTER (WHERE returned_early)},
        {'check_id': 'future_date', 'checked': count(*), 'failing': count_if(future),
            'place': min(place) FILTER (WHERE future)},
        {'check_id': 'finished_without_date', 'checked': count_if(is_resolved),
            'failing': count_if(is_resolved AND without_end),
            'place': min(place) FILTER (WHERE is_resolved AND without_end)},
        {'check_id': 'open_with_finish_date', 'checked': count_if(is_open), 'failing': count_if(is_open AND is_finished),
            'place': min(place) FILTER (WHERE is_open AND is_finished)},
        {'check_id': 'reception_differs', 'checked': count(*), 'failing': count_if(other_reception),
            'place': min(place) FILTER (WHERE other_reception)}
    ]) AS one
    FROM judged
    GROUP BY source
)

SELECT
    k.source,
    k.one.check_id,
    k.one.checked,
    k.one.failing,
    CASE WHEN k.one.failing > 0 THEN concat_ws(' ',
        coalesce(e.file_name, ''), nullif(k.one.place.sheet, ''), concat('dòng ', k.one.place.row)
    ) ELSE '' END AS example
FROM counted AS k
LEFT JOIN collected.export AS e ON e.export_id = k.one.place.export_id
ORDER BY k.source, k.one.check_id
