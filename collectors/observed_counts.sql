-- the counts just delivered → collected.observation; run before settle.sql keeps only the newest
INSERT INTO collected.observation
SELECT source, unit_code, period_start, period_end, measure, value, export_id, captured_at
FROM collected.statistic AS s
WHERE
    NOT partial AND NOT regexp_matches(measure, '^(score|max|days)_')
    AND NOT EXISTS (SELECT 1 FROM collected.observation AS o WHERE o.export_id = s.export_id);
