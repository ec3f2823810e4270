-- the tables of one in-memory connection that reads one export

-- one row per row below the header, as text; '' = a blank cell, NULL = the export has no such column
CREATE TEMP TABLE staged (
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

-- one row per row whose width is not the header's
CREATE TEMP TABLE ragged (sheet VARCHAR, row_number INTEGER, found VARCHAR);

-- one row per group row that states how many dossiers follow it, in the rows first_row to last_row
CREATE TEMP TABLE stated (sheet VARCHAR, row_number INTEGER, first_row INTEGER, last_row INTEGER, dossiers BIGINT);

-- one row per place where more group rows follow each other than the form has levels
CREATE TEMP TABLE odd_group (sheet VARCHAR, row_number INTEGER);

-- one row per column that is read: the text of its header, and the last part of it where the header has several rows
CREATE TEMP TABLE header_text (sheet VARCHAR, field VARCHAR, text VARCHAR, leaf VARCHAR);

-- one row: when the export was made, local time; day 0 of its spreadsheet, NULL where a number is no date
CREATE TEMP TABLE this_export (captured_local TIMESTAMP, epoch TIMESTAMP);

-- one row per field and distinct text: what it means; NULL = not understood
CREATE TEMP TABLE word (kind VARCHAR, raw VARCHAR, value VARCHAR);

-- one row per distinct unit code, unit name and beginning of a dossier code: the unit meant
CREATE TEMP TABLE unit_word (
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

-- what stands before date and sequence in a code of the national form (TT 01/2018/TT-VPCP, Điều 19); '' for other forms
CREATE TEMP MACRO code_prefix(x) AS regexp_extract(x, '^(.+)-(?:[0-9]{6}|[0-9]{8})-[0-9]{4,7}$', 1);

CREATE TEMP MACRO blank(x) AS x IS NULL OR x IN ('', '-', '~', '...', '…');

-- the words of a total row: the whole text, because a unit may be called "Tổng công ty …"
CREATE TEMP MACRO total_words(x) AS
    CASE WHEN regexp_full_match(
        strip_accents(lower(trim(x))), '(tong so|tong cong|tong|cong)( so)?( (cac )?(ho so|dong))?[ .:]*[0-9.,]*'
    ) THEN trim(x) ELSE '' END;

-- the words of a total row that stand in its code or in its first two cells; looked for only where no code can be
CREATE TEMP MACRO label_of(code, first, second) AS
    CASE
        WHEN code <> '' AND code[1] NOT IN ('T', 't', 'C', 'c', ' ') THEN ''
        ELSE coalesce(nullif(total_words(code), ''), nullif(total_words(first), ''), total_words(second), '')
    END;
