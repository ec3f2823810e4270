-- the warehouse → tables of a snapshot that are copied as they stand, and `unit_day`, asked only while it is made.
-- The days of a period lie together, so that a question about a period reads little.

CREATE TABLE snapshot.origin AS
SELECT
    source,
    day,
    unit_code,
    split_part(origin, ' ', 1) AS export_id,
    substr(origin, strpos(origin, ' ') + 1) AS sheet,
    COLUMNS(* EXCLUDE (source, day, unit_code, origin))
FROM counted.origin
ORDER BY day;

CREATE TABLE snapshot.statistic AS
SELECT source, unit_code, period_start, period_end, measure, value, quality, partial, captured_at, export_id, item
FROM collected.statistic
WHERE field = '' AND procedure_key = ''
ORDER BY source, unit_code, period_start, period_end, measure;

-- delivered counts of a field or a procedure of a unit: parts, never added up to the unit
CREATE TABLE snapshot.statistic_part AS
SELECT source, unit_code, field, procedure_key, period_start, period_end, measure, value, quality, partial, captured_at
FROM collected.statistic
WHERE field <> '' OR procedure_key <> ''
ORDER BY source, unit_code, period_start, period_end, field, procedure_key, measure;

-- sources may share a procedure: the newest that was told wins, column by column
CREATE TABLE snapshot.procedure AS
SELECT
    procedure_key,
    arg_max(procedure_code, (captured_at, source)) AS procedure_code,
    arg_max(procedure_name, (captured_at, source)) AS procedure_name,
    arg_max(field, (captured_at, source)) AS field,
    arg_max(agency, (captured_at, source)) AS agency,
    arg_max(executing_agency, (captured_at, source)) AS executing_agency,
    arg_max(level, (captured_at, source)) AS level,
    arg_max(service_level, (captured_at, source)) AS service_level,
    arg_max(fee, (captured_at, source)) AS fee,
    arg_max(eligible_full, (captured_at, source)) AS eligible_full,
    arg_max(integrated, (captured_at, source)) AS integrated,
    arg_max(status, (captured_at, source)) AS status
FROM collected.procedure
GROUP BY procedure_key
ORDER BY procedure_key;

-- the counted columns, and those of procedures that the catalogue flags (measures.CATALOGUED)
CREATE TABLE snapshot.daily AS
SELECT
    d.*,
    CASE WHEN p.eligible_full THEN d.level_known ELSE 0 END AS eligible_known,
    CASE WHEN p.eligible_full THEN d.received_online_full ELSE 0 END AS eligible_online_full,
    CASE WHEN p.service_level IN ('partial', 'full') THEN d.channel_known ELSE 0 END AS offered_known,
    CASE WHEN p.service_level IN ('partial', 'full') THEN d.received_online ELSE 0 END AS offered_online
FROM counted.daily AS d
LEFT JOIN snapshot.procedure AS p ON p.procedure_key = d.procedure_key
ORDER BY d.day;

-- under the names that questions about a snapshot use
CREATE TEMP VIEW daily AS SELECT * FROM snapshot.main.daily;
CREATE TEMP VIEW procedure AS SELECT * FROM snapshot.main.procedure;

CREATE TABLE snapshot.refusal AS
SELECT r.export_id, coalesce(e.file_name, r.export_id) AS file_name, r.sheet, r.row_number, r.column_name, r.reason,
    r.found
FROM collected.refusal AS r
LEFT JOIN collected.export AS e ON e.export_id = r.export_id
ORDER BY e.captured_at DESC NULLS LAST, r.export_id, r.sheet, r.row_number
LIMIT 10000;

CREATE TABLE snapshot.finding AS
SELECT f.export_id, coalesce(e.file_name, f.export_id) AS file_name, f.check_id, f.column_name, f.rows, f.example,
    c.severity, c.dimension
FROM collected.finding AS f
LEFT JOIN named_check AS c ON c.check_id = f.check_id
LEFT JOIN collected.export AS e ON e.export_id = f.export_id
ORDER BY e.captured_at DESC NULLS LAST, f.export_id, f.check_id;

-- one row per source and day of a unit: the ratios of a unit need no procedures
CREATE TEMP TABLE unit_day AS
SELECT source, day, unit_code, sum(COLUMNS(* EXCLUDE (source, day, unit_code, procedure_key)))
FROM daily
GROUP BY source, day, unit_code;
