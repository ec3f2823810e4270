-- staged text → typed rows → accepted, merged, refused, skipped. Run in one in-memory connection per export.
-- In: staged (one row per row below the header, texts as delivered; NULL = the export has no such column), ragged,
-- stated, odd_group, word, unit_word, procedure_word (distinct texts → canonical values), header_text, this_export.

-- an ISO time may carry fractions of a second and the local offset
CREATE TEMP MACRO plain_time(x) AS
    CASE WHEN contains(x, '+') OR contains(x, '.') THEN regexp_replace(x, '(:[0-9]{2})(\.[0-9]+)?(\+07:?00)?$', '\1') ELSE x END;

CREATE TEMP MACRO as_time(x) AS
    CASE WHEN NOT blank(x) AND NOT starts_with(x, '01/01/0001') THEN try_strptime(
        plain_time(x),
        ['%d/%m/%Y %H:%M:%S', '%Y-%m-%d %H:%M:%S', '%d/%m/%Y', '%d/%m/%Y %H:%M', '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S',
         '%Y-%m-%d %H:%M', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y', '%Y%m%d%H%M%S', '%H:%M:%S %d/%m/%Y', '%H:%M %d/%m/%Y']
    ) END;

-- the number of a day in a spreadsheet, with the time as its fraction
CREATE TEMP MACRO is_serial(x, epoch) AS epoch IS NOT NULL AND regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?');
CREATE TEMP MACRO serial_time(x, epoch) AS
    CASE WHEN is_serial(x, epoch) THEN epoch + to_seconds(round(CAST(x AS DOUBLE) * 86400)) END;

-- a date with text in it that is no day between 1990 and 2100 (two-digit years land before)
CREATE TEMP MACRO bad_time(x, t) AS
    NOT blank(x) AND NOT starts_with(x, '01/01/0001') AND (t IS NULL OR year(t) NOT BETWEEN 1990 AND 2100);

-- one row per staged row, typed; NULL stays NULL where the export has no such column
CREATE TEMP TABLE typed AS
WITH trimmed AS (
    SELECT
        s.* REPLACE (
            bare_code(s.dossier_code) AS dossier_code,
            trim(s.received_at) AS received_at,
            trim(s.due_at) AS due_at,
            trim(s.finished_at) AS finished_at,
            trim(s.returned_at) AS returned_at
        )
    FROM staged AS s
),

parsed AS (
    SELECT
        t.*,
        coalesce(as_time(t.received_at), serial_time(t.received_at, e.epoch)) AS received,
        coalesce(as_time(t.due_at), serial_time(t.due_at, e.epoch)) AS due,
        coalesce(as_time(t.finished_at), serial_time(t.finished_at, e.epoch)) AS finished,
        coalesce(as_time(t.returned_at), serial_time(t.returned_at, e.epoch)) AS returned,
        e.epoch IS NOT NULL AND (
            is_serial(t.received_at, e.epoch) OR is_serial(t.due_at, e.epoch)
            OR is_serial(t.finished_at, e.epoch) OR is_serial(t.returned_at, e.epoch)
        ) AS serial_date,
        code_prefix(t.dossier_code) AS prefix
    FROM trimmed AS t, this_export AS e
)

SELECT
    t.sheet,
    t.row_number,
    t.dossier_code,
    unit.unit_code,
    nullif(resolver.unit_code, unit.unit_code) AS resolving_unit_code,
    unit.unit_name,
    proc.procedure_key,
    proc.procedure_code,
    proc.procedure_name,
    proc.field,
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
    t.due_at IS NOT NULL AND t.due IS NULL AS lacks_due,
    coalesce(t.serial_date, false) AS serial_date,
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
        WHEN t.label <> '' AND blank(t.received_at) AND blank(t.due_at) THEN 'total'
        WHEN blank(t.dossier_code) AND concat(
            t.received_at, t.due_at, t.finished_at, t.procedure_code, t.procedure_name, trim(t.status)
        ) = '' THEN 'blank'
        WHEN t.dossier_code IN (SELECT bare_code(h.text) FROM header_text AS h WHERE h.field = 'dossier_code')
            THEN 'repeated_header'
        WHEN blank(t.dossier_code)
            AND t.received_at IN (SELECT trim(h.leaf) FROM header_text AS h WHERE h.field = 'received_at')
            THEN 'repeated_header'
        WHEN regexp_full_match(t.dossier_code, '\(?[0-9]{1,2}\)?') AND regexp_full_match(t.received_at, '\(?[0-9]{1,2}\)?')
            THEN 'column_numbers'
        WHEN blank(t.received_at) AND blank(t.due_at) AND starts_with(strip_accents(lower(t.dossier_code)), 'tong') THEN 'total'
        WHEN blank(t.received_at) AND blank(t.due_at) AND blank(t.finished_at) AND blank(trim(t.status)) THEN 'no_dossier'
        -- one lone text that is no date: a footer under some column
        WHEN coalesce(t.received, t.due, t.finished, t.returned) IS NULL AND NOT regexp_matches(t.dossier_code, '[0-9]')
            AND length(concat(t.dossier_code, t.received_at, t.due_at, t.finished_at, t.returned_at, t.procedure_code, t.procedure_name,
                t.field, t.unit_code, t.unit_name, t.channel, t.service_level, trim(t.status)))
            = greatest(length(t.dossier_code), length(t.received_at), length(t.due_at), length(t.finished_at), length(t.returned_at))
            THEN 'no_dossier'
    END AS skipped,
    CASE
        WHEN blank(t.dossier_code) THEN {'reason': 'no_code', 'field': 'dossier_code', 'found': ''}
        -- a name, an e-mail, an identity or phone number stands where the code should: a shifted row
        WHEN t.prefix = '' AND (NOT regexp_matches(t.dossier_code, '[0-9]') OR regexp_matches(t.dossier_code, '@|^[0-9]{9,12}$'))
            THEN {'reason': 'bad_code', 'field': 'dossier_code', 'found': t.dossier_code}
        WHEN bad_time(t.received_at, t.received) THEN {'reason': 'bad_date', 'field': 'received_at', 'found': t.received_at}
        WHEN bad_time(t.due_at, t.due) THEN {'reason': 'bad_date', 'field': 'due_at', 'found': t.due_at}
        WHEN bad_time(t.finished_at, t.finished) THEN {'reason': 'bad_date', 'field': 'finished_at', 'found': t.finished_at}
        WHEN bad_time(t.returned_at, t.returned) THEN {'reason': 'bad_date', 'field': 'returned_at', 'found': t.returned_at}
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

-- one row per dossier of this export: the newest state; the later row where no time decides
CREATE TEMP TABLE accepted AS
SELECT t.* EXCLUDE (skipped, refused, label)
FROM typed AS t
WHERE t.skipped IS NULL AND t.refused IS NULL
QUALIFY row_number() OVER (
    PARTITION BY t.dossier_code ORDER BY t.newest_event_at DESC NULLS LAST, t.sheet DESC, t.row_number DESC
) = 1;

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
        a.*,
        a.status IN (9, 10) AND coalesce(a.finished_at, a.returned_at) IS NULL AS finished_without_date,
        a.status IN (2, 4, 5, 6) AND a.finished_at IS NOT NULL AS open_with_finish_date,
        coalesce(a.finished_at < a.received_at, false) AS finished_before_received,
        coalesce(a.due_at < a.received_at, false) AS due_before_received,
        coalesce(a.newest_event_at > e.captured_local, false) AS future_date
    FROM accepted AS a, this_export AS e
),

odd AS (
    SELECT 'unknown_status' AS check_id, 'status' AS field, sheet, row_number FROM checked WHERE unknown_status
    UNION ALL SELECT 'unknown_channel', 'channel', sheet, row_number FROM checked WHERE channel = 'unknown'
    UNION ALL SELECT 'unknown_level', 'service_level', sheet, row_number FROM checked WHERE service_level = 'unknown'
    UNION ALL SELECT 'unknown_flag', '', sheet, row_number FROM checked WHERE unknown_flag
    UNION ALL SELECT 'unknown_rating', 'satisfied', sheet, row_number FROM checked WHERE unknown_rating
    UNION ALL SELECT 'odd_code', 'dossier_code', sheet, row_number FROM checked WHERE odd_code
    UNION ALL SELECT 'unknown_resolving_unit', 'resolving_unit_name', sheet, row_number FROM checked WHERE unknown_resolver
    UNION ALL SELECT 'unknown_unit', 'unit_name', sheet, row_number FROM checked WHERE unit_code = '?'
    UNION ALL SELECT 'no_due_date', 'due_at', sheet, row_number FROM checked WHERE lacks_due AND coalesce(status, 0) NOT IN (1, 3)
    UNION ALL SELECT 'finished_before_received', 'finished_at', sheet, row_number FROM checked WHERE finished_before_received
    UNION ALL SELECT 'due_before_received', 'due_at', sheet, row_number FROM checked WHERE due_before_received
    UNION ALL SELECT 'future_date', '', sheet, row_number FROM checked WHERE future_date
    UNION ALL SELECT 'finished_without_date', 'finished_at', sheet, row_number FROM checked WHERE finished_without_date
    UNION ALL SELECT 'open_with_finish_date', 'finished_at', sheet, row_number FROM checked WHERE open_with_finish_date
    UNION ALL SELECT 'serial_date', '', sheet, row_number FROM checked WHERE serial_date
    UNION ALL SELECT 'odd_groups', '', sheet, row_number FROM odd_group
    UNION ALL (
        SELECT 'repeated_with_other_reception', 'received_at', t.sheet, t.row_number
        FROM typed AS t
        INNER JOIN accepted AS a ON a.dossier_code = t.dossier_code AND a.received_at <> t.received_at
        WHERE t.skipped IS NULL AND t.refused IS NULL
    )
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
