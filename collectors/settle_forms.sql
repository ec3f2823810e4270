-- which counts of forms stand, after settle.sql; the others wait in collected.superseded, and return to be settled next time.
-- In: the temporary table known_unit (made, unit_code): codes made of names, and the units that bear them.

UPDATE collected.form SET reporting_code = reporting_unit;

UPDATE collected.form AS f SET reporting_code = k.unit_code
FROM known_unit AS k
WHERE k.made = f.reporting_unit;

-- what a newer whole form of the same report replaces (one that has a row in common: without any it is of other units, such
-- as departments and communes), and what the same bytes say that were told since whose they are
CREATE OR REPLACE TEMP TABLE withdrawn AS
WITH said AS (
    SELECT f.*, r.unit, r.field, r.procedure_key
    FROM collected.form AS f
    INNER JOIN collected.form_row AS r USING (export_id, layout, reporting_unit, period_start, period_end)
    WHERE f.reporting_code <> ''
),

newest AS (
    SELECT
        source, layout, reporting_code, period_start, period_end, unit, field, procedure_key,
        max((captured_at, export_id)) AS form
    FROM said
    WHERE whole
    GROUP BY ALL
)

SELECT s.export_id, s.layout, s.reporting_unit, s.period_start, s.period_end
FROM said AS s
INNER JOIN newest AS n USING (source, layout, reporting_code, period_start, period_end, unit, field, procedure_key)
WHERE (s.captured_at, s.export_id) < n.form
UNION
SELECT f.export_id, f.layout, f.reporting_unit, f.period_start, f.period_end
FROM collected.form AS f
INNER JOIN collected.form AS t
    ON t.untold_id = f.export_id AND t.period_start = f.period_start AND t.period_end = f.period_end
    AND t.captured_at >= f.captured_at
WHERE f.reporting_unit = '' AND t.reporting_unit <> '';

INSERT INTO collected.superseded
SELECT s.*
FROM collected.statistic AS s
SEMI JOIN withdrawn AS w USING (export_id, layout, reporting_unit, period_start, period_end);

DELETE FROM collected.statistic AS s
USING withdrawn AS w
WHERE
    s.export_id = w.export_id AND s.layout = w.layout AND s.reporting_unit = w.reporting_unit
    AND s.period_start = w.period_start AND s.period_end = w.period_end;

-- named units that are known by one name; where two names of one source would get one code, both keep theirs
CREATE OR REPLACE TEMP TABLE named_unit AS
SELECT s.source, s.unit_said, k.unit_code
FROM (SELECT DISTINCT source, unit_said FROM collected.statistic WHERE unit_said <> '') AS s
INNER JOIN known_unit AS k ON k.made = s.unit_said
QUALIFY count(*) OVER (PARTITION BY s.source, k.unit_code) = 1;

UPDATE collected.statistic AS s SET unit_code = s.unit_said
WHERE
    s.unit_said <> '' AND s.unit_code <> s.unit_said
    AND NOT EXISTS (SELECT 1 FROM named_unit AS n WHERE n.source = s.source AND n.unit_said = s.unit_said);

UPDATE collected.statistic AS s SET unit_code = n.unit_code
FROM named_unit AS n
WHERE n.source = s.source AND n.unit_said = s.unit_said AND s.unit_code <> n.unit_code;

UPDATE collected.superseded SET unit_code = unit_said WHERE unit_said <> '';

UPDATE collected.superseded AS s SET unit_code = n.unit_code
FROM named_unit AS n
WHERE n.source = s.source AND n.unit_said = s.unit_said;

-- reports of different units, or one that calls a unit by its name and one by its code, may say the same count
CREATE OR REPLACE TEMP TABLE outdone AS
WITH again AS (
    SELECT source, unit_code, field, procedure_key, period_start, period_end, measure
    FROM collected.statistic
    WHERE layout <> ''
    GROUP BY ALL
    HAVING count(*) > 1
)

SELECT s.rowid AS id
FROM collected.statistic AS s
SEMI JOIN again USING (source, unit_code, field, procedure_key, period_start, period_end, measure)
WHERE layout <> ''
QUALIFY row_number() OVER (
    PARTITION BY source, unit_code, field, procedure_key, period_start, period_end, measure
    ORDER BY captured_at DESC, export_id DESC, layout, item
) > 1;

INSERT INTO collected.superseded
SELECT * FROM collected.statistic WHERE rowid IN (SELECT id FROM outdone);

DELETE FROM collected.statistic WHERE rowid IN (SELECT id FROM outdone);
