-- one row per dossier source and check of units in the newest whole month, where the source has dossiers of it at all
WITH month AS (
    SELECT
        source,
        CAST(date_trunc('month', max(captured_at) + INTERVAL 7 HOUR) - INTERVAL 1 MONTH AS DATE) AS first_day
    FROM collected.dossier
    GROUP BY source
),

unit AS (
    SELECT
        d.source,
        d.unit_code,
        sum(d.received) FILTER (WHERE d.day BETWEEN m.first_day AND last_day(m.first_day)) AS now,
        sum(d.received) FILTER (
            WHERE d.day BETWEEN m.first_day - INTERVAL 1 YEAR AND last_day(CAST(m.first_day - INTERVAL 1 YEAR AS DATE))
        ) AS year_before
    FROM counted.daily AS d
    INNER JOIN month AS m ON m.source = d.source
    WHERE d.unit_code <> '?' AND d.received > 0 AND d.day <= last_day(m.first_day)
    GROUP BY d.source, d.unit_code
),

known AS (
    SELECT *, coalesce(now, 0) = 0 AS quiet, coalesce(year_before, 0) >= 5 AS had
    FROM unit
    WHERE source IN (SELECT source FROM unit GROUP BY source HAVING sum(now) > 0)
)

SELECT source, 'quiet_month' AS check_id, count_if(had) AS checked, count_if(had AND quiet) AS failing,
    coalesce(min(unit_code) FILTER (WHERE had AND quiet), '') AS example
FROM known
GROUP BY source
UNION ALL
SELECT source, 'no_activity_unit', count(*), count_if(quiet), coalesce(min(unit_code) FILTER (WHERE quiet), '')
FROM known
GROUP BY source
ORDER BY ALL
