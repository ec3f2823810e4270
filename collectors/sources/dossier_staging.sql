-- the tables of one in-memory connection that reads one export

-- one row per row below the header of the sheet that is being read, as text; '' = a blank cell, NULL = no such column
CREATE TEMP TABLE landed (
    sheet VARCHAR,
    row_number INTEGER,
    skipped VARCHAR,                   -- the class of a row that its neighbours tell; NULL: its own cells tell it
    label VARCHAR,                     -- the words of a total row, '' for any other
    dossier_code VARCHAR,
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    field VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR,
    resolving_unit_code VARCHAR,
    resolving_unit_name VARCHAR,
    channel VARCHAR,
    service_level VARCHAR,
    received_at VARCHAR,
    due_at VARCHAR,
    finished_at VARCHAR,
    returned_at VARCHAR,
    status VARCHAR,
    fee_obligation VARCHAR,
    fee_amount VARCHAR,
    paid_online VARCHAR,
    components_digitised VARCHAR,
    result_electronic VARCHAR,
    data_reused VARCHAR,
    satisfied VARCHAR
);

-- one row per row below the header of any sheet, in their order. The text of a time stands beside it, trimmed, only where
-- it is not plainly one: blank, not understood, no day between 1990 and 2100, a number; both NULL = no such column.
CREATE TEMP TABLE staged (
    sheet VARCHAR,
    own_number INTEGER,                -- of a row that was landed one by one
    before INTEGER,                    -- of all others: with the place in this table it makes the row's number
    skipped VARCHAR,
    label VARCHAR,
    dossier_code VARCHAR,              -- as it is compared
    prefix VARCHAR,
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    field VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR,
    resolving_unit_code VARCHAR,
    resolving_unit_name VARCHAR,
    channel VARCHAR,
    service_level VARCHAR,
    received TIMESTAMP,
    received_text VARCHAR,
    due TIMESTAMP,
    due_text VARCHAR,
    finished TIMESTAMP,
    finished_text VARCHAR,
    returned TIMESTAMP,
    returned_text VARCHAR,
    serial_date BOOLEAN,
    status VARCHAR,
    fee_obligation VARCHAR,
    fee_amount VARCHAR,
    paid_online VARCHAR,
    components_digitised VARCHAR,
    result_electronic VARCHAR,
    data_reused VARCHAR,
    satisfied VARCHAR
);

-- one row per row whose width is not the header's
CREATE TEMP TABLE ragged (sheet VARCHAR, row_number INTEGER, found VARCHAR);

-- one row per group row that states how many dossiers follow it, in the rows first_row to last_row
CREATE TEMP TABLE stated (sheet VARCHAR, row_number INTEGER, first_row INTEGER, last_row INTEGER, dossiers BIGINT);

-- one row per place where more group rows follow each other than the form has levels
CREATE TEMP TABLE odd_group (sheet VARCHAR, row_number INTEGER);

-- one row per column that is read: the text of its header, and the last part of it where the header has several rows
CREATE TEMP TABLE header_text (sheet VARCHAR, field VARCHAR, text VARCHAR, leaf VARCHAR);

-- one row: when the export was made, local time
CREATE TEMP TABLE this_export (captured_local TIMESTAMP);

-- one row per field and distinct text: what it means; NULL = not understood
CREATE TEMP TABLE word (kind VARCHAR, raw VARCHAR, value VARCHAR);

-- one row per distinct unit code, unit name and beginning of a dossier code: the unit meant
CREATE TEMP TABLE unit_word (
    id INTEGER,
    raw_code VARCHAR,
    raw_name VARCHAR,
    prefix VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR
);

-- one row per distinct code and name of a resolving unit: the unit meant; NULL = the one that received, or not known
CREATE TEMP TABLE resolver_word (raw_code VARCHAR, raw_name VARCHAR, unit_code VARCHAR);

-- one row per distinct procedure code, name and field: the procedure meant
CREATE TEMP TABLE procedure_word (
    id INTEGER,
    raw_code VARCHAR,
    raw_name VARCHAR,
    raw_field VARCHAR,
    procedure_key VARCHAR,
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    field VARCHAR
);

-- the code as it is compared: no blanks, capitals
CREATE TEMP MACRO bare_code(x) AS upper(translate(nfc_normalize(x), concat(' ', chr(9), chr(10), chr(13), chr(160)), ''));

-- a code of the national form (TT 01/2018/TT-VPCP, Điều 19) as nearly all are written: nothing is left to make equal,
-- and its prefix ends with the first hyphen. Told at a fifth of the price of looking for the prefix.
CREATE TEMP MACRO is_plain_code(x) AS
    coalesce(regexp_full_match(x, '[0-9A-Z.]+-(?:[0-9]{6}|[0-9]{8})-[0-9]{4,7}'), false);

-- what stands before date and sequence in a code of the national form; '' for other forms
CREATE TEMP MACRO code_prefix(x) AS regexp_extract(x, '^(.+)-(?:[0-9]{6}|[0-9]{8})-[0-9]{4,7}$', 1);

-- (not IN: the engine makes a join of it)
CREATE TEMP MACRO blank(x) AS x IS NULL OR x = '' OR x = '-' OR x = '~' OR x = '...' OR x = '…';

-- the ways to write a time, the most frequent first: day before month, always. Each way that fails costs ten times one that
-- fits, so a text that begins with a year, as cells of workbooks do, is tried by those ways first: no text fits two of them.
CREATE TEMP MACRO written_time(x) AS CASE
    WHEN x = '' THEN NULL
    WHEN x[5] = '-' THEN try_strptime(
        x,
        ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y']
    )
    ELSE try_strptime(
        x,
        ['%d/%m/%Y %H:%M:%S', '%Y-%m-%d %H:%M:%S', '%d/%m/%Y', '%d/%m/%Y %H:%M', '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S',
         '%Y-%m-%d %H:%M', '%d-%m-%Y %H:%M:%S', '%d-%m-%Y', '%Y%m%d%H%M%S', '%H:%M:%S %d/%m/%Y', '%H:%M %d/%m/%Y']
    )
END;

-- an ISO time may carry fractions of a second and the local offset
CREATE TEMP MACRO plain_time(x) AS
    CASE WHEN contains(x, '+') OR contains(x, '.') THEN regexp_replace(x, '(:[0-9]{2})(\.[0-9]+)?(\+07:?00)?$', '\1') ELSE x END;

-- the first day of the calendar of a program, for "none"
CREATE TEMP MACRO no_day(x) AS blank(x) OR starts_with(x, '01/01/0001');

-- the number of a day in a spreadsheet, with the time as its fraction. epoch: its day 0; NULL: a number is no date.
CREATE TEMP MACRO is_serial(x) AS getvariable('epoch') IS NOT NULL AND regexp_full_match(x, '[0-9]{5}(\.[0-9]+)?');
CREATE TEMP MACRO serial_time(x) AS
    CASE WHEN is_serial(x) THEN CAST(getvariable('epoch') AS TIMESTAMP) + to_seconds(round(CAST(x AS DOUBLE) * 86400)) END;

-- a trimmed text as a time, after a close look
CREATE TEMP MACRO closer_time(x) AS
    coalesce(CASE WHEN NOT no_day(x) THEN written_time(plain_time(x)) END, serial_time(x));

-- a day that a dossier can have; two-digit years land before
CREATE TEMP MACRO is_usual(t) AS t >= TIMESTAMP '1990-01-01' AND t < TIMESTAMP '2101-01-01';

-- the words of a total row: the whole text, because a unit may be called "Tổng công ty …"
CREATE TEMP MACRO total_words(x) AS
    CASE WHEN regexp_full_match(
        strip_accents(lower(trim(x))), '(tong so|tong cong|tong|cong)( so)?( (cac )?(ho so|dong))?[ .:]*[0-9.,]*'
    ) THEN trim(x) ELSE '' END;

-- the words of a total row that stand in its code or in its first two cells; looked for only where no code can be
CREATE TEMP MACRO label_of(code, first, second) AS
    CASE
        WHEN code <> '' AND NOT (
            starts_with(code, 'T') OR starts_with(code, 't') OR starts_with(code, 'C') OR starts_with(code, 'c')
            OR starts_with(code, ' ')
        ) THEN ''
        ELSE coalesce(nullif(total_words(code), ''), nullif(total_words(first), ''), total_words(second), '')
    END;
