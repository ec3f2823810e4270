-- the tables of one in-memory connection that reads one export

-- one row per row below the header, as text; '' = a blank cell, NULL = the export has no such column
CREATE TEMP TABLE staged (
    sheet VARCHAR,
    row_number INTEGER,
    dossier_code VARCHAR,
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    field VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR,
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

-- one row per column that is read: the text of its header
CREATE TEMP TABLE header_text (sheet VARCHAR, field VARCHAR, text VARCHAR);

-- one row: when the export was made, local time
CREATE TEMP TABLE this_export (captured_local TIMESTAMP);

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
