-- one row: the snapshot itself
CREATE TABLE snapshot.snapshot (
    snapshot_id VARCHAR NOT NULL,
    as_of TIMESTAMP,                       -- UTC: when the newest data were captured; NULL: there are none
    published_at TIMESTAMP NOT NULL,       -- UTC
    synthetic BOOLEAN NOT NULL,            -- some of it is made up
    definitions_version VARCHAR NOT NULL,
    on_time VARCHAR NOT NULL               -- the rule set by which on time and overdue are told
);

-- one row per unit of any source
CREATE TABLE snapshot.unit (
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    parent_code VARCHAR,
    level VARCHAR NOT NULL,
    leaf BOOLEAN NOT NULL
);

-- one row per source
CREATE TABLE snapshot.source (
    source VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,                 -- dossier, statistic, payment
    synthetic BOOLEAN NOT NULL,
    captured_at TIMESTAMP NOT NULL,        -- UTC, of the newest export
    newest_event DATE,                     -- newest reception or completion; end of the newest delivered period
    as_of_day DATE NOT NULL,               -- local day of captured_at
    last_run_at TIMESTAMP,                 -- UTC; NULL: not recorded
    last_success_at TIMESTAMP,
    rows BIGINT,                           -- read in the last collection
    rows_refused BIGINT
);

-- one row per metric, variant, source, unit and period
CREATE TABLE snapshot.assessment (
    metric VARCHAR NOT NULL,
    variant VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,
    unit_name VARCHAR NOT NULL,
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    period_start DATE NOT NULL,
    period_end DATE NOT NULL,
    complete BOOLEAN NOT NULL,
    numerator BIGINT,                      -- NULL: not reported
    denominator BIGINT,
    ratio DOUBLE,                          -- fraction of 1
    target_id VARCHAR,
    target_op VARCHAR,
    target_value DOUBLE,                   -- fraction of 1
    target_kind VARCHAR,
    target_due DATE,
    target_document VARCHAR,
    target_article VARCHAR,
    status VARCHAR NOT NULL,
    gap BIGINT,                            -- dossiers (procedures, ...) missing now
    target_level VARCHAR
);

-- one row per dossier source, unit and published period
CREATE TABLE snapshot.volume (
    source VARCHAR NOT NULL,
    unit_code VARCHAR NOT NULL,            -- the unit and all below it
    period_kind VARCHAR NOT NULL,
    period_label VARCHAR NOT NULL,
    received BIGINT NOT NULL,              -- of the period
    resolved BIGINT NOT NULL,
    open BIGINT NOT NULL,                  -- at its end, or on the as-of day
    overdue_open BIGINT NOT NULL
);

-- one row per alert
CREATE TABLE snapshot.alert (
    alert_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    metric VARCHAR,
    unit_code VARCHAR,
    unit_name VARCHAR,
    period_label VARCHAR,
    source VARCHAR,
    numerator BIGINT,
    denominator BIGINT,
    ratio DOUBLE,
    target_value DOUBLE,
    gap BIGINT,
    message_vi VARCHAR NOT NULL,
    message_en VARCHAR NOT NULL
);

-- one row per export ever accepted, and per export or file refused
CREATE TABLE snapshot.export (
    export_id VARCHAR,
    file_name VARCHAR NOT NULL,
    source VARCHAR,
    layout VARCHAR,
    captured_at TIMESTAMP,
    collected_at TIMESTAMP,
    rows_read BIGINT NOT NULL,
    rows_accepted BIGINT NOT NULL,
    rows_merged BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    rows_skipped BIGINT NOT NULL,
    outcome VARCHAR NOT NULL,
    message_vi VARCHAR NOT NULL,
    report VARCHAR                         -- collectors' ExportReport as JSON; NULL: of a file that was refused
);

-- one row per collection, the newest ones
CREATE TABLE snapshot.run (
    run_id BIGINT NOT NULL,
    started_at TIMESTAMP NOT NULL,         -- UTC
    finished_at TIMESTAMP NOT NULL,
    exports BIGINT NOT NULL,               -- met in this collection
    failures BIGINT NOT NULL               -- of these, not accepted and not known already
);
