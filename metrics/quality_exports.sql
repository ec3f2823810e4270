-- one row per dossier source and check of exports: those that still stand behind a dossier, or the newest of a layout.
-- In: $per_row, $per_export: checks of the reader, whose rows are dossiers or not.
WITH standing AS (
    SELECT * FROM collected.export WHERE export_id IN (SELECT export_id FROM collected.dossier)
),

rows AS (
    SELECT
        source,
        unnest([
            {'check_id': 'refused_rows', 'checked': sum(rows_read - rows_skipped), 'failing': sum(rows_refused),
                'example': max(file_name) FILTER (WHERE rows_refused > 0)},
            {'check_id': 'repeated_rows', 'checked': sum(rows_accepted + rows_merged), 'failing': sum(rows_merged),
                'example': max(file_name) FILTER (WHERE rows_merged > 0)}
        ]) AS one
    FROM standing
    GROUP BY source
),

-- the reader's own checks, whether they found anything or not
told AS (
    SELECT
        s.source,
        c.check_id,
        c.per_row,
        s.rows_accepted,
        least(coalesce(f.rows, 0), s.rows_accepted) AS rows,
        f.export_id IS NOT NULL AS found,
        concat_ws(' ', s.file_name, f.example) AS example
    FROM standing AS s
    CROSS JOIN (
        SELECT unnest($per_row) AS check_id, TRUE AS per_row
        UNION ALL SELECT unnest($per_export), FALSE
    ) AS c
    LEFT JOIN (
        SELECT export_id, check_id, sum(rows) AS rows, min(example) AS example FROM collected.finding GROUP BY ALL
    ) AS f ON f.export_id = s.export_id AND f.check_id = c.check_id
),

unknown AS (
    SELECT s.source, s.export_id, s.file_name, coalesce(bool_or(20 * f.rows > s.rows_accepted), FALSE) AS many
    FROM standing AS s
    LEFT JOIN collected.finding AS f
        ON f.export_id = s.export_id
        AND f.check_id IN ('unknown_status', 'unknown_channel', 'unknown_level', 'unknown_unit')
    GROUP BY ALL
),

ambiguous AS (
    SELECT
        source,
        export_id,
        10 * count_if(day(received_at) <= 12) >= 9 * count(received_at) AS suspicious
    FROM collected.dossier
    WHERE received_at IS NOT NULL
    GROUP BY source, export_id
    HAVING count(received_at) >= 50 AND count(DISTINCT date_trunc('month', received_at)) >= 2
),

dated AS (
    SELECT
        e.*,
        p.first_captured_at,
        isodow(e.captured_at + INTERVAL 7 HOUR) AS weekday,
        date_diff('day', coalesce(p.printed_start, p.seen_start), coalesce(p.printed_end, p.seen_end)) + 1 AS span
    FROM collected.export AS e
    INNER JOIN collected.export_period AS p ON p.export_id = e.export_id
    WHERE e.source IN (SELECT source FROM collected.dossier)
),

newest AS (
    SELECT * FROM dated
    QUALIFY row_number() OVER (PARTITION BY source, layout ORDER BY captured_at DESC, export_id DESC) = 1
),

-- earlier exports that the newest of their layout can be compared with: of a similar stretch, with a unit in common
peer AS (
    SELECT
        n.export_id AS newest_id,
        p.export_id,
        p.weekday = n.weekday AS same_weekday,
        p.rows_accepted,
        row_number() OVER (PARTITION BY n.export_id ORDER BY p.captured_at DESC, p.export_id DESC) AS place
    FROM newest AS n
    INNER JOIN dated AS p
        ON p.source = n.source AND p.layout = n.layout AND p.captured_at < n.captured_at
        AND p.span BETWEEN n.span / 2 AND n.span * 2
    WHERE EXISTS (
        SELECT 1
        FROM collected.export_unit AS a
        INNER JOIN collected.export_unit AS b ON b.unit_code = a.unit_code
        WHERE a.export_id = n.export_id AND b.export_id = p.export_id
    )
),

usual AS (
    SELECT n.source, n.file_name, 2 * n.rows_accepted < median(p.rows_accepted) AS fewer
    FROM newest AS n
    INNER JOIN peer AS p ON p.newest_id = n.export_id AND p.same_weekday
    GROUP BY n.source, n.file_name, n.layout, n.rows_accepted
    HAVING count(*) >= 3
),

-- a unit that an earlier export had is missed until an export has it again, not only in the export right after
unit_before AS (
    SELECT DISTINCT n.source, n.export_id, b.unit_code, a.unit_code IS NULL AS vanished
    FROM newest AS n
    INNER JOIN peer AS p ON p.newest_id = n.export_id AND p.place <= 60
    INNER JOIN collected.export_unit AS b ON b.export_id = p.export_id AND b.rows >= 5
    LEFT JOIN collected.export_unit AS a ON a.export_id = n.export_id AND a.unit_code = b.unit_code
),

delivered AS (
    SELECT *, row_number() OVER (PARTITION BY source ORDER BY captured_at DESC, export_id DESC) AS place FROM dated
)

SELECT source, one.check_id, one.checked, one.failing, coalesce(one.example, '') AS example FROM rows
UNION ALL
SELECT
    source,
    check_id,
    CASE WHEN per_row THEN sum(rows_accepted) ELSE count(*) END,
    CASE WHEN per_row THEN sum(rows) ELSE count_if(found) END,
    coalesce(min(example) FILTER (WHERE found), '')
FROM told
GROUP BY source, check_id, per_row
UNION ALL
SELECT source, 'many_unknown', count(*), count_if(many), coalesce(min(file_name) FILTER (WHERE many), '')
FROM unknown
GROUP BY source
UNION ALL
SELECT a.source, 'ambiguous_dates', count(*), count_if(suspicious), coalesce(min(file_name) FILTER (WHERE suspicious), '')
FROM ambiguous AS a
INNER JOIN collected.export AS e ON e.export_id = a.export_id
GROUP BY a.source
UNION ALL
SELECT source, 'fewer_rows', count(*), count_if(fewer), coalesce(min(file_name) FILTER (WHERE fewer), '')
FROM usual
GROUP BY source
UNION ALL
SELECT source, 'vanished_unit', count(*), count_if(vanished), coalesce(min(unit_code) FILTER (WHERE vanished), '')
FROM unit_before
GROUP BY source
UNION ALL
SELECT source, 'identical_resent', count(*), count_if(captured_at > first_captured_at),
    coalesce(min(file_name) FILTER (WHERE captured_at > first_captured_at), '')
FROM delivered
GROUP BY source
UNION ALL
SELECT source, 'no_change', 1, CASE WHEN captured_at >= first_captured_at + INTERVAL 7 DAY THEN 1 ELSE 0 END,
    CASE WHEN captured_at >= first_captured_at + INTERVAL 7 DAY THEN file_name ELSE '' END
FROM delivered
WHERE place = 1
ORDER BY ALL
