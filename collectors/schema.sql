-- The warehouse: a cache of the archive. Its text is hashed; another hash means "rebuild from the archive".
-- Instants are UTC, dossier times are local (Asia/Ho_Chi_Minh), both as TIMESTAMP without zone.
CREATE SCHEMA collected;

-- one row per accepted export (a file, or one response of a portal)
CREATE TABLE collected.export (
    export_id VARCHAR NOT NULL,        -- sha256 of the bytes (with the request, for a portal response)
    source VARCHAR NOT NULL,
    layout VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL,
    captured_at TIMESTAMP NOT NULL,    -- UTC
    synthetic BOOLEAN NOT NULL,
    partial BOOLEAN NOT NULL,          -- a saved portal response that holds fewer units than it says
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_merged BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    rows_skipped BIGINT NOT NULL,
    newest_event DATE,                 -- newest reception or completion among the rows
    report VARCHAR,                    -- how it was read and what became of its rows: ExportReport as JSON
    CHECK (rows_read = rows_accepted + rows_merged + rows_refused + rows_skipped)
);

-- one row per dossier and source: its newest version
CREATE TABLE collected.dossier (
    source VARCHAR NOT NULL,
    dossier_code VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,        -- the unit that received it
    resolving_unit_code VARCHAR,       -- the unit that resolves it; NULL: the same
    procedure_key VARCHAR NOT NULL,
    channel VARCHAR,                   -- online, direct, postal, missing (blank cell), unknown; NULL: no such column
    service_level VARCHAR,             -- full, partial, information, missing, unknown; NULL: no such column
    received_at TIMESTAMP,
    due_at TIMESTAMP,                  -- a due day without time is 23:59:59 of that day
    finished_at TIMESTAMP,             -- the result exists
    returned_at TIMESTAMP,             -- the result was handed over
    status TINYINT,                    -- national list, 1 to 10; NULL: text not understood
    fee_obligation BOOLEAN,
    fee_amount BIGINT,                 -- đồng
    paid_online BOOLEAN,
    paid BOOLEAN,                      -- in whatever way; NULL: the list tells only whether it was paid online
    components_digitised BOOLEAN,
    result_electronic BOOLEAN,
    data_reused BOOLEAN,
    satisfied BOOLEAN,                 -- NULL: not rated
    export_id VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,       -- as the spreadsheet shows it, from 1
    captured_at TIMESTAMP NOT NULL     -- UTC
);

-- one row per source, unit (field, procedure), period and measure: the newest observation (a partial response never
-- replaces a complete one) that no newer form withdraws
CREATE TABLE collected.statistic (
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,        -- "id:…" until a response tells the code of that id; "ten:…" while only a name
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    measure VARCHAR NOT NULL,
    value DECIMAL(20, 4),              -- as delivered; NULL: delivered as null
    quality VARCHAR,                   -- the portal's own mark, e.g. TEMP_NATIONAL_REPORT_DENOMINATOR
    partial BOOLEAN NOT NULL,
    export_id VARCHAR NOT NULL,
    item VARCHAR NOT NULL,             -- where in the response, e.g. children[3].totalOnTime; in a form, e.g. E12 + F12
    captured_at TIMESTAMP NOT NULL,    -- UTC
    field VARCHAR NOT NULL,            -- '': the whole unit, as every count of the portal
    procedure_key VARCHAR NOT NULL,    -- '': the whole unit, or the whole field
    unit_said VARCHAR NOT NULL,        -- the code made of the unit's name where a form prints no code, else ''
    layout VARCHAR NOT NULL,           -- of a form; '': no form
    reporting_unit VARCHAR NOT NULL    -- see form
);

-- one row per source, unit as a form says it (field, procedure), period, measure, layout and reporting unit: the newest
-- count that does not stand, because a newer form withdraws it or says otherwise; without that form it stands again
CREATE TABLE collected.superseded AS SELECT * FROM collected.statistic;

-- one row per summary form, layout, reporting unit and period
CREATE TABLE collected.form (
    export_id VARCHAR NOT NULL,
    untold_id VARCHAR NOT NULL,        -- the id of the same bytes with nothing told; '': nothing was told
    source VARCHAR NOT NULL,
    layout VARCHAR NOT NULL,
    reporting_unit VARCHAR NOT NULL,   -- whose report it is: a code, or the one made of a name; '': nobody said
    reporting_code VARCHAR NOT NULL,   -- its true code where that is known
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    captured_at TIMESTAMP NOT NULL,    -- UTC
    whole BOOLEAN NOT NULL,            -- no row was refused, and nothing says that rows are missing
    counts BIGINT NOT NULL
);

-- one row per row of a form: whose its counts are, as the form says it
CREATE TABLE collected.form_row (
    export_id VARCHAR NOT NULL,
    layout VARCHAR NOT NULL,
    reporting_unit VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    unit VARCHAR NOT NULL,             -- its code, or the one made of its name
    field VARCHAR NOT NULL,
    procedure_key VARCHAR NOT NULL
);

-- one row per payment of a dossier (source, dossier, time and amounts): its newest delivery
CREATE TABLE collected.payment (
    source VARCHAR NOT NULL,
    dossier_code VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    procedure_key VARCHAR,             -- NULL: the list does not tell the procedure
    paid_at TIMESTAMP NOT NULL,        -- local
    fee BIGINT NOT NULL,               -- phí, đồng
    charge BIGINT NOT NULL,            -- lệ phí, đồng
    total BIGINT NOT NULL,             -- đồng
    mode VARCHAR,                      -- online_dvcqg, online_other, cash, transfer, unknown; NULL: no such column
    export_id VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    captured_at TIMESTAMP NOT NULL     -- UTC
);

-- one row per figure ever entered by hand: the newest of a unit, indicator and period counts, the others are its history
CREATE TABLE collected.indicator (
    unit_code VARCHAR NOT NULL,
    indicator VARCHAR NOT NULL,        -- as the form calls it
    name VARCHAR NOT NULL,
    quantity VARCHAR NOT NULL,         -- ratio, reduction, rank, count, points
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    numerator BIGINT,
    denominator BIGINT,                -- of a rank: of how many
    value DECIMAL(20, 6),              -- fraction of 1 for ratio and reduction; NULL: numerator and denominator say it
    entered_by VARCHAR NOT NULL,
    entered_on DATE NOT NULL,
    note VARCHAR NOT NULL,
    export_id VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    captured_at TIMESTAMP NOT NULL     -- UTC
);

-- one row per unit and source: its newest delivered name
CREATE TABLE collected.unit (
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR,
    level VARCHAR,                     -- national, province, department, commune; NULL: not delivered
    captured_at TIMESTAMP NOT NULL
);

-- one row per id that a source uses beside the unit code (some portal responses give only the id)
CREATE TABLE collected.unit_alias (
    source VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL
);

-- one row per procedure and source: the newest that was told of it, column by column; NULL: not told
CREATE TABLE collected.procedure (
    source VARCHAR NOT NULL,
    procedure_key VARCHAR NOT NULL,    -- the code, or the folded name where the export has no code
    procedure_code VARCHAR,
    procedure_name VARCHAR,
    field VARCHAR,
    agency VARCHAR,                    -- who publishes it
    executing_agency VARCHAR,          -- who carries it out; several are parted by "; "
    level VARCHAR,                     -- of government, in the words of the source
    service_level VARCHAR,             -- full, partial, information
    fee BOOLEAN,                       -- there is a fee to pay
    eligible_full BOOLEAN,             -- it can be done wholly online by the rules
    integrated BOOLEAN,                -- it is on the national portal
    status VARCHAR,                    -- in the words of the source
    captured_at TIMESTAMP NOT NULL
);

-- one row per refused row
CREATE TABLE collected.refusal (
    export_id VARCHAR NOT NULL,
    sheet VARCHAR NOT NULL,
    row_number INTEGER NOT NULL,
    column_name VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    found VARCHAR NOT NULL             -- the value where it can hold no personal data, else its shape
);

-- one row per finding: something odd that was kept
CREATE TABLE collected.finding (
    export_id VARCHAR NOT NULL,
    check_id VARCHAR NOT NULL,
    column_name VARCHAR NOT NULL,
    rows BIGINT NOT NULL,
    example VARCHAR NOT NULL
);

-- one row per day whose counts must be made again, filled in the transaction that loads an export
CREATE TABLE collected.touched_day (day DATE NOT NULL);

-- one row per accepted export: when these bytes were first delivered; of a dossier list, the period printed and seen
CREATE TABLE collected.export_period (
    export_id VARCHAR NOT NULL,
    first_captured_at TIMESTAMP NOT NULL,  -- UTC
    printed_start DATE,                -- NULL: not printed, or open on that side
    printed_end DATE,
    seen_start DATE,                   -- first and last reception; NULL: none
    seen_end DATE
);

-- one row per dossier list and unit: how many of its rows were accepted
CREATE TABLE collected.export_unit (
    export_id VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    rows BIGINT NOT NULL
);

-- one row per dossier and source of which exports tell different days of reception
CREATE TABLE collected.reception_conflict (
    source VARCHAR NOT NULL,
    dossier_code VARCHAR NOT NULL
);

-- one row per delivered count and complete response: the history of `statistic`; scores and averages are not kept
CREATE TABLE collected.observation (
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,        -- "id:…" where the response gives only the id, see unit_alias
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    measure VARCHAR NOT NULL,
    value DECIMAL(20, 4),
    export_id VARCHAR NOT NULL,
    captured_at TIMESTAMP NOT NULL     -- UTC
);
