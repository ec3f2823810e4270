-- staged rows → typed rows → accepted, merged, refused, skipped. Run in one in-memory connection per export.
-- In: staged (one row per row below the header), ragged, stated, odd_group, word, unit_word, procedure_word (distinct
-- texts → canonical values), header_text, this_export; the variables codes, receptions (texts of those headers).

-- a time as text: of one that was understood only that it is there matters
CREATE TEMP MACRO text_of(x, t) AS coalesce(x, CAST(t AS VARCHAR));
CREATE TEMP MACRO no_time(x, t) AS t IS NULL AND blank(x);

-- a date with text in it that is no day between 1990 and 2100 (two-digit years land before)
CREATE TEMP MACRO bad_time(x, t) AS coalesce(NOT is_usual(t), NOT no_day(x));

-- one row per staged row, typed; NULL stays NULL where the export has no such column
CREATE TEMP TABLE typed AS
WITH parsed AS (
    SELECT
        rowid AS id,
        CAST(coalesce(own_number, before + rowid) AS INTEGER) AS row_number,
        * EXCLUDE (own_number, before)
    FROM staged
)

SELECT
    t.id,
    t.sheet,
    t.row_number,
    t.dossier_code,
    unit.id AS unit_id,
    unit.unit_code = '?' AS unknown_unit,
    nullif(resolver.unit_code, unit.unit_code) AS resolving_unit_code,
    proc.id AS procedure_id,
    channel.value AS channel,
    level.value AS service_level,
    t.received AS received_at,
    -- a due day without a time of day ends with that day
    CASE WHEN t.due = date_trunc('day', t.due) THEN t.due + INTERVAL 86399 SECOND ELSE t.due END AS due_at,
    t.finished AS finished_at,
    t.returned AS returned_at,
    CAST(status.value AS TINYINT) AS status,
    coalesce(CAST(obligation.value AS BOOLEAN), CAST(money.value AS BIGINT) > 0) AS fee_obligation,
    CAST(money.value AS BIGINT) AS fee_amount,
    CAST(paid.value AS BOOLEAN) AS paid_online,
    CAST(settled.value AS BOOLEAN) AS paid,
    CAST(digitised.value AS BOOLEAN) AS components_digitised,
    CAST(electronic.value AS BOOLEAN) AS result_electronic,
    CAST(reused.value AS BOOLEAN) AS data_reused,
    CAST(rating.value AS BOOLEAN) AS satisfied,
    greatest(t.received, t.finished, t.returned) AS newest_event_at,
    t.prefix = '' AS odd_code,
    t.status IS NOT NULL AND status.value IS NULL AS unknown_status,
    t.due_text IS NOT NULL AND t.due IS NULL AS lacks_due,
    t.serial_date,
    NOT blank(t.resolving_unit_name) AND resolver.unit_code IS NULL AS unknown_resolver,
    t.label,
    (NOT blank(t.fee_obligation) AND obligation.value IS NULL)
        OR (t.paid_online IS NOT NULL AND paid.value IS NULL)
        OR (t.components_digitised IS NOT NULL AND digitised.value IS NULL)
        OR (t.result_electronic IS NOT NULL AND electronic.value IS NULL)
        OR (t.data_reused IS NOT NULL AND reused.value IS NULL) AS unknown_flag,
    NOT blank(t.satisfied) AND rating.value IS NULL AS unknown_rating,
    CASE
        WHEN t.skipped IS NOT NULL THEN t.skipped
        WHEN t.prefix <> '' THEN NULL
        WHEN t.label <> '' AND no_time(t.received_text, t.received) AND no_time(t.due_text, t.due) THEN 'total'
        WHEN blank(t.dossier_code) AND coalesce(t.received, t.due, t.finished) IS NULL AND concat(
            t.received_text, t.due_text, t.finished_text, t.procedure_code, t.procedure_name, trim(t.status)
        ) = '' THEN 'blank'
        WHEN list_contains(getvariable('codes'), t.dossier_code) THEN 'repeated_header'
        WHEN blank(t.dossier_code)
            AND list_contains(getvariable('receptions'), text_of(t.received_text, t.received)) THEN 'repeated_header'
        WHEN regexp_full_match(t.dossier_code, '\(?[0-9]{1,2}\)?') AND regexp_full_match(t.received_text, '\(?[0-9]{1,2}\)?')
            THEN 'column_numbers'
        WHEN no_time(t.received_text, t.received) AND no_time(t.due_text, t.due) AND starts_with(strip_accents(lower(t.dossier_code)), 'tong') THEN 'total'
        WHEN no_time(t.received_text, t.received) AND no_time(t.due_text, t.due) AND no_time(t.finished_text, t.finished) AND blank(trim(t.status)) THEN 'no_dossier'
        -- one lone text that is no date: a footer under some column
        WHEN coalesce(t.received, t.due, t.finished, t.returned) IS NULL AND NOT regexp_matches(t.dossier_code, '[0-9]')
            AND length(concat(t.dossier_code, t.received_text, t.due_text, t.finished_text, t.returned_text,
                t.procedure_code, t.procedure_name, t.field, t.unit_code, t.unit_name, t.channel, t.service_level, trim(t.status)))
            = greatest(length(t.dossier_code), length(t.received_text), length(t.due_text), length(t.finished_text),
                length(t.returned_text))
            THEN 'no_dossier'
    END AS skipped,
    CASE
        WHEN blank(t.dossier_code) THEN {'reason': 'no_code', 'field': 'dossier_code', 'found': ''}
        -- a name, an e-mail, an identity or phone number stands where the code should: a shifted row
        WHEN t.prefix = '' AND (NOT regexp_matches(t.dossier_code, '[0-9]') OR regexp_matches(t.dossier_code, '@|^[0-9]{9,12}$'))
            THEN {'reason': 'bad_code', 'field': 'dossier_code', 'found': t.dossier_code}
        WHEN bad_time(t.received_text, t.received) THEN {'reason': 'bad_date', 'field': 'received_at', 'found': t.received_text}
        WHEN bad_time(t.due_text, t.due) THEN {'reason': 'bad_date', 'field': 'due_at', 'found': t.due_text}
        WHEN bad_time(t.finished_text, t.finished) THEN {'reason': 'bad_date', 'field': 'finished_at', 'found': t.finished_text}
        WHEN bad_time(t.returned_text, t.returned) THEN {'reason': 'bad_date', 'field': 'returned_at', 'found': t.returned_text}
        WHEN t.received IS NULL AND coalesce(CAST(status.value AS TINYINT), 0) NOT IN (1, 3)
            THEN {'reason': 'no_reception', 'field': 'received_at', 'found': ''}
        WHEN t.fee_amount IS NOT NULL AND money.value IS NULL
            THEN {'reason': 'bad_number', 'field': 'fee_amount', 'found': t.fee_amount}
    END AS refused
FROM parsed AS t
LEFT JOIN word AS status ON status.kind = 'status' AND status.raw = t.status
LEFT JOIN word AS channel ON channel.kind = 'channel' AND channel.raw = t.channel
LEFT JOIN word AS level ON level.kind = 'service_level' AND level.raw = t.service_level
LEFT JOIN word AS obligation ON obligation.kind = 'fee_obligation' AND obligation.raw = t.fee_obligation
LEFT JOIN word AS money ON money.kind = 'fee_amount' AND money.raw = t.fee_amount
LEFT JOIN word AS paid ON paid.kind = 'paid_online' AND paid.raw = t.paid_online
LEFT JOIN word AS settled ON settled.kind = 'paid' AND settled.raw = t.paid_online
LEFT JOIN word AS digitised ON digitised.kind = 'components_digitised' AND digitised.raw = t.components_digitised
LEFT JOIN word AS electronic ON electronic.kind = 'result_electronic' AND electronic.raw = t.result_electronic
LEFT JOIN word AS reused ON reused.kind = 'data_reused' AND reused.raw = t.data_reused
LEFT JOIN word AS rating ON rating.kind = 'satisfied' AND rating.raw = t.satisfied
LEFT JOIN unit_word AS unit
    ON unit.raw_code = coalesce(t.unit_code, '') AND unit.raw_name = coalesce(t.unit_name, '') AND unit.prefix = t.prefix
LEFT JOIN resolver_word AS resolver
    ON resolver.raw_code = coalesce(t.resolving_unit_code, '')
    AND resolver.raw_name = coalesce(t.resolving_unit_name, '')
LEFT JOIN procedure_word AS proc
    ON proc.raw_code = coalesce(t.procedure_code, '') AND proc.raw_name = coalesce(t.procedure_name, '')
    AND proc.raw_field = coalesce(t.field, '');

-- one row per row whose code occurs again, in order of preference: the newest state; the later row where no time decides.
-- Equal codes have equal hashes, and hashes are quicker to compare: most lists have no code twice.
CREATE TEMP TABLE repeated AS
WITH shared AS (
    SELECT hash(dossier_code) AS code_hash
    FROM typed
    WHERE skipped IS NULL AND refused IS NULL
    GROUP BY code_hash
    HAVING count(*) > 1
)

SELECT
    id,
    sheet,
    row_number,
    dossier_code,
    received_at,
    row_number() OVER (
        PARTITION BY dossier_code ORDER BY newest_event_at DESC NULLS LAST, sheet DESC, row_number DESC
    ) AS place
FROM typed
WHERE skipped IS NULL AND refused IS NULL AND hash(dossier_code) IN (SELECT code_hash FROM shared);

-- one row per dossier of this export
CREATE TEMP VIEW accepted AS
SELECT t.*
FROM typed AS t
WHERE t.skipped IS NULL AND t.refused IS NULL
    AND NOT EXISTS (SELECT 1 FROM repeated AS r WHERE r.id = t.id AND r.place > 1);

-- one row per dossier of this export, as it is kept
CREATE TEMP VIEW kept AS
SELECT
    a.sheet,
    a.row_number,
    a.dossier_code,
    unit.unit_code,
    a.resolving_unit_code,
    unit.unit_name,
    proc.procedure_key,
    proc.procedure_code,
    proc.procedure_name,
    proc.field,
    a.channel,
    a.service_level,
    a.received_at,
    a.due_at,
    a.finished_at,
    a.returned_at,
    a.status,
    a.fee_obligation,
    a.fee_amount,
    a.paid_online,
    a.paid,
    a.components_digitised,
    a.result_electronic,
    a.data_reused,
    a.satisfied,
    a.newest_event_at,
    a.lacks_due,
    a.serial_date
FROM accepted AS a
LEFT JOIN unit_word AS unit ON unit.id = a.unit_id
LEFT JOIN procedure_word AS proc ON proc.id = a.procedure_id;

-- one row per refused row; the value found only where it can hold nothing personal (day, time, money; no long number)
CREATE TEMP TABLE refusal AS
SELECT
    t.sheet,
    t.row_number,
    coalesce(h.text, t.refused.field) AS column_name,
    t.refused.reason AS reason,
    CASE
        WHEN regexp_full_match(t.refused.found, '[0-9/:.,\- T]{0,25}') AND NOT regexp_matches(t.refused.found, '[0-9]{9}')
            THEN t.refused.found
        ELSE concat('văn bản ', length(t.refused.found), ' ký tự')
    END AS found
FROM typed AS t
LEFT JOIN header_text AS h ON h.sheet = t.sheet AND h.field = t.refused.field
WHERE t.skipped IS NULL AND t.refused IS NOT NULL
UNION ALL
SELECT r.sheet, r.row_number, '' AS column_name, 'ragged' AS reason, r.found FROM ragged AS r;

-- one row per total that is not the sum of its rows; refused rows count as rows of the list, their fee does not
CREATE TEMP TABLE difference AS
WITH total AS (
    SELECT
        t.sheet,
        t.row_number,
        t.fee_amount,
        TRY_CAST(regexp_replace(regexp_extract(t.label, '([0-9][0-9.,]*)$', 1), '[.,]', '', 'g') AS BIGINT) AS dossiers
    FROM typed AS t
    WHERE t.skipped = 'total' AND t.label <> ''
),

claim AS (
    SELECT sheet, row_number, 1 AS first_row, row_number - 1 AS last_row, 'dossiers' AS kind, dossiers AS delivered
    FROM total
    WHERE dossiers IS NOT NULL AND dossiers IS DISTINCT FROM fee_amount
    UNION ALL SELECT sheet, row_number, 1, row_number - 1, 'fee_amount', fee_amount FROM total WHERE fee_amount > 0
    UNION ALL SELECT sheet, row_number, first_row, last_row, 'dossiers', dossiers FROM stated
),

checked AS (
    SELECT
        c.sheet,
        c.row_number,
        c.kind,
        c.delivered,
        CASE c.kind WHEN 'dossiers' THEN count(t.row_number) ELSE coalesce(sum(t.fee_amount), 0) END AS added_up
    FROM claim AS c
    LEFT JOIN typed AS t
        ON t.sheet = c.sheet AND t.row_number BETWEEN c.first_row AND c.last_row AND t.skipped IS NULL
    GROUP BY c.sheet, c.row_number, c.kind, c.delivered
)

SELECT c.sheet, c.row_number, coalesce(h.text, '') AS column_name, c.delivered, c.added_up
FROM checked AS c
LEFT JOIN header_text AS h ON h.sheet = c.sheet AND h.field = c.kind
WHERE c.delivered <> c.added_up;

-- one row per check that found something: what was kept although it is odd
CREATE TEMP TABLE finding AS
WITH checked AS (
    SELECT
        a.sheet,
        a.row_number,
        a.unknown_status,
        a.channel = 'unknown' AS unknown_channel,
        a.service_level = 'unknown' AS unknown_level,
        a.unknown_flag,
        a.unknown_rating,
        a.odd_code,
        a.unknown_unit,
        a.unknown_resolver,
        a.lacks_due AND coalesce(a.status, 0) NOT IN (1, 3) AS no_due_date,
        a.finished_at < a.received_at AS finished_before_received,
        a.due_at < a.received_at AS due_before_received,
        a.newest_event_at > e.captured_local AS future_date,
        a.status IN (9, 10) AND coalesce(a.finished_at, a.returned_at) IS NULL AS finished_without_date,
        a.status IN (2, 4, 5, 6) AND a.finished_at IS NOT NULL AS open_with_finish_date,
        a.serial_date
    FROM accepted AS a, this_export AS e
),

doubted AS MATERIALIZED (
    SELECT *
    FROM checked
    WHERE unknown_status OR unknown_channel OR unknown_level OR unknown_flag OR unknown_rating OR odd_code OR unknown_unit
        OR unknown_resolver OR no_due_date OR finished_before_received OR due_before_received OR future_date OR finished_without_date
        OR open_with_finish_date OR serial_date
),

odd AS (
    SELECT 'unknown_status' AS check_id, 'status' AS field, sheet, row_number FROM doubted WHERE unknown_status
    UNION ALL SELECT 'unknown_channel', 'channel', sheet, row_number FROM doubted WHERE unknown_channel
    UNION ALL SELECT 'unknown_level', 'service_level', sheet, row_number FROM doubted WHERE unknown_level
    UNION ALL SELECT 'unknown_flag', '', sheet, row_number FROM doubted WHERE unknown_flag
    UNION ALL SELECT 'unknown_rating', 'satisfied', sheet, row_number FROM doubted WHERE unknown_rating
    UNION ALL SELECT 'odd_code', 'dossier_code', sheet, row_number FROM doubted WHERE odd_code
    UNION ALL SELECT 'unknown_resolving_unit', 'resolving_unit_name', sheet, row_number FROM doubted WHERE unknown_resolver
    UNION ALL SELECT 'unknown_unit', 'unit_name', sheet, row_number FROM doubted WHERE unknown_unit
    UNION ALL SELECT 'no_due_date', 'due_at', sheet, row_number FROM doubted WHERE no_due_date
    UNION ALL SELECT 'finished_before_received', 'finished_at', sheet, row_number FROM doubted WHERE finished_before_received
    UNION ALL SELECT 'due_before_received', 'due_at', sheet, row_number FROM doubted WHERE due_before_received
    UNION ALL SELECT 'future_date', '', sheet, row_number FROM doubted WHERE future_date
    UNION ALL SELECT 'finished_without_date', 'finished_at', sheet, row_number FROM doubted WHERE finished_without_date
    UNION ALL SELECT 'open_with_finish_date', 'finished_at', sheet, row_number FROM doubted WHERE open_with_finish_date
    UNION ALL SELECT 'serial_date', '', sheet, row_number FROM doubted WHERE serial_date
    UNION ALL SELECT 'odd_groups', '', sheet, row_number FROM odd_group
    UNION ALL
    SELECT 'repeated_with_other_reception', 'received_at', r.sheet, r.row_number
    FROM repeated AS r
    INNER JOIN repeated AS best ON best.dossier_code = r.dossier_code AND best.place = 1
    WHERE best.received_at <> r.received_at
)

SELECT
    o.check_id,
    coalesce(any_value(h.text), '') AS column_name,
    count(*) AS rows,
    concat_ws(' ', nullif(arg_min(o.sheet, o.row_number), ''), concat('dòng ', min(o.row_number))) AS example
FROM odd AS o
LEFT JOIN header_text AS h ON h.sheet = o.sheet AND h.field = o.field
GROUP BY o.check_id
UNION ALL
SELECT
    'total_differs' AS check_id,
    arg_min(d.column_name, d.row_number),
    count(*),
    concat_ws(' ', nullif(arg_min(d.sheet, d.row_number), ''), concat('dòng ', min(d.row_number), ':'),
        arg_min(concat('ghi ', d.delivered, ', cộng được ', d.added_up), d.row_number))
FROM difference AS d
HAVING count(*) > 0
ORDER BY check_id;
