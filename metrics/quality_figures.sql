-- one row per source of delivered counts and check: what was checked, what failed, the first that did.
-- In: $numerators, $denominators (pairs by place), $dossier_counts (add up over units), $cumulative (only grow within
-- a period), $portal (checks of the reader); the temporary table quality_unit (unit_code, parent_code).
WITH standing AS (
    SELECT * FROM collected.export WHERE export_id IN (SELECT export_id FROM collected.statistic)
),

told AS (
    SELECT s.source, c.check_id, f.export_id IS NOT NULL AS found, concat_ws(' ', s.file_name, f.example) AS example
    FROM standing AS s
    CROSS JOIN (SELECT unnest($portal) AS check_id) AS c
    LEFT JOIN (SELECT export_id, check_id, min(example) AS example FROM collected.finding GROUP BY ALL) AS f
        ON f.export_id = s.export_id AND f.check_id = c.check_id
),

pair AS (SELECT unnest($numerators) AS numerator, unnest($denominators) AS denominator),

ratio AS (
    SELECT a.source, a.value > b.value AS above, concat_ws(' ', a.unit_code, a.period_start, a.period_end, a.measure) AS spot
    FROM collected.statistic AS a
    INNER JOIN pair AS p ON p.numerator = a.measure
    INNER JOIN collected.statistic AS b
        ON b.source = a.source AND b.unit_code = a.unit_code AND b.measure = p.denominator
        AND b.period_start = a.period_start AND b.period_end = a.period_end
    WHERE a.value IS NOT NULL AND b.value IS NOT NULL
),

-- a value that the portal repeats on every unit (INHERITED) is none of its own; the country is no sum of provinces
own AS (
    SELECT * FROM collected.statistic
    WHERE list_contains($dossier_counts, measure) AND NOT partial AND coalesce(quality, '') <> 'INHERITED'
        AND value IS NOT NULL AND unit_code <> 'VN'
),

family AS (
    SELECT
        p.source,
        p.value,
        sum(c.value) AS added_up,
        concat_ws(' ', p.unit_code, p.period_start, p.period_end, p.measure) AS spot
    FROM own AS p
    INNER JOIN quality_unit AS u ON u.parent_code = p.unit_code
    INNER JOIN own AS c
        ON c.source = p.source AND c.unit_code = u.unit_code AND c.measure = p.measure
        AND c.period_start = p.period_start AND c.period_end = p.period_end
    GROUP BY p.source, p.unit_code, p.period_start, p.period_end, p.measure, p.value
),

inner_period AS (
    SELECT a.source, a.value > y.value AS above, concat_ws(' ', a.unit_code, a.period_start, a.period_end, a.measure) AS spot
    FROM own AS a
    INNER JOIN own AS y
        ON y.source = a.source AND y.unit_code = a.unit_code AND y.measure = a.measure
        AND y.period_start <= a.period_start AND y.period_end >= a.period_end
        AND (y.period_start, y.period_end) <> (a.period_start, a.period_end)
        -- a part captured after the whole may have grown since
        AND a.captured_at <= y.captured_at
    WHERE list_contains($cumulative, a.measure)
),

observed AS (
    SELECT
        o.source,
        coalesce(a.unit_code, o.unit_code) AS unit_code,
        o.period_start,
        o.period_end,
        o.measure,
        o.value,
        o.captured_at,
        o.export_id,
        CAST(o.captured_at + INTERVAL 7 HOUR AS DATE) <= o.period_end AS running,
        CAST(o.captured_at + INTERVAL 7 HOUR AS DATE) > o.period_end + 15 AS closed
    FROM collected.observation AS o
    LEFT JOIN collected.unit_alias AS a ON a.source = o.source AND o.unit_code = concat('id:', a.id)
    WHERE list_contains($cumulative, o.measure) AND o.value IS NOT NULL
),

step AS (
    SELECT
        *,
        lag(value) OVER (
            PARTITION BY source, unit_code, period_start, period_end, measure, running, closed
            ORDER BY captured_at, export_id
        ) AS before
    FROM observed
    WHERE running OR closed
),

history AS (
    SELECT
        source,
        running,
        bool_or(value < before) AS decreased,
        bool_or(value <> before) AS changed,
        concat_ws(' ', unit_code, period_start, period_end, measure) AS spot
    FROM step
    WHERE before IS NOT NULL
    GROUP BY source, running, unit_code, period_start, period_end, measure
),

delivered_row AS (
    SELECT f.source, count(*) AS rows
    FROM collected.form AS f
    INNER JOIN collected.form_row AS r USING (export_id, layout, reporting_unit, period_start, period_end)
    GROUP BY f.source
),

-- forms with a newer one of the same layout and period, which is or may be (nobody said whose) the same report
older_form AS (
    SELECT f.*
    FROM collected.form AS f
    SEMI JOIN collected.form AS n
        ON n.source = f.source AND n.layout = f.layout
        AND n.period_start = f.period_start AND n.period_end = f.period_end
        AND (n.captured_at, n.export_id) > (f.captured_at, f.export_id)
        AND (f.reporting_unit = '' OR n.reporting_unit = '' OR f.reporting_code = n.reporting_code)
),

-- a form that stands as a whole is of other units than the newer one: that keeps nothing back
kept AS (
    SELECT
        f.source,
        count(DISTINCT (s.unit_code, s.field, s.procedure_key)) AS rows,
        concat_ws(' ', e.file_name, min(s.unit_code), f.period_start, f.period_end) AS spot
    FROM older_form AS f
    INNER JOIN collected.statistic AS s
        ON s.export_id = f.export_id AND s.layout = f.layout AND s.reporting_unit = f.reporting_unit
        AND s.period_start = f.period_start AND s.period_end = f.period_end
    INNER JOIN collected.export AS e ON e.export_id = f.export_id
    GROUP BY f.source, e.file_name, f.export_id, f.layout, f.reporting_unit, f.period_start, f.period_end, f.counts
    HAVING count(*) < f.counts
),

gone AS (
    SELECT
        s.source,
        count(DISTINCT (s.unit_code, s.field, s.procedure_key, s.period_start, s.period_end)) AS rows,
        min(concat_ws(' ', s.unit_code, s.period_start, s.period_end)) AS spot
    FROM collected.superseded AS s
    ANTI JOIN collected.statistic AS c
        ON c.source = s.source AND c.unit_code = s.unit_code AND c.field = s.field
        AND c.procedure_key = s.procedure_key AND c.period_start = s.period_start AND c.period_end = s.period_end
    GROUP BY s.source
)

SELECT source, check_id, count(*) AS checked, count_if(found) AS failing,
    coalesce(min(example) FILTER (WHERE found), '') AS example
FROM told
GROUP BY source, check_id
UNION ALL
SELECT source, 'numerator_above_denominator', count(*), count_if(above), coalesce(min(spot) FILTER (WHERE above), '')
FROM ratio
GROUP BY source
UNION ALL
SELECT source, 'children_above_parent', count(*), count_if(added_up > value),
    coalesce(min(spot) FILTER (WHERE added_up > value), '')
FROM family
GROUP BY source
UNION ALL
SELECT source, 'children_sum_differs', count(*), count_if(added_up <> value),
    coalesce(min(spot) FILTER (WHERE added_up <> value), '')
FROM family
GROUP BY source
UNION ALL
SELECT source, 'part_above_whole', count(*), count_if(above), coalesce(min(spot) FILTER (WHERE above), '')
FROM inner_period
GROUP BY source
UNION ALL
SELECT source, 'cumulative_decreased', count(*), count_if(decreased), coalesce(min(spot) FILTER (WHERE decreased), '')
FROM history
WHERE running
GROUP BY source
UNION ALL
SELECT source, 'closed_restated', count(*), count_if(changed), coalesce(min(spot) FILTER (WHERE changed), '')
FROM history
WHERE NOT running
GROUP BY source
UNION ALL
SELECT d.source, 'form_rows_kept', any_value(d.rows), coalesce(sum(k.rows), 0), coalesce(min(k.spot), '')
FROM delivered_row AS d
LEFT JOIN kept AS k ON k.source = d.source
GROUP BY d.source
UNION ALL
SELECT d.source, 'form_rows_gone', d.rows, coalesce(g.rows, 0), coalesce(g.spot, '')
FROM delivered_row AS d
LEFT JOIN gone AS g ON g.source = d.source
ORDER BY ALL
