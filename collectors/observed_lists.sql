-- what a dossier list shows beside its newest versions; run before load_dossiers.sql replaces the older ones.
-- In: the variables file, export_id, source. The result does not depend on the order of loading: a dossier with two
-- days of reception is noticed when the first version that differs from all before meets their newest.

INSERT INTO collected.export_unit
SELECT getvariable('export_id'), unit_code, count(*)
FROM read_parquet(getvariable('file'))
GROUP BY unit_code;

INSERT INTO collected.reception_conflict
SELECT DISTINCT d.source, d.dossier_code
FROM read_parquet(getvariable('file')) AS i
INNER JOIN collected.dossier AS d
    ON d.source = getvariable('source') AND d.dossier_code = i.dossier_code
    AND CAST(d.received_at AS DATE) <> CAST(i.received_at AS DATE)
WHERE NOT EXISTS (
    SELECT 1 FROM collected.reception_conflict AS c
    WHERE c.source = getvariable('source') AND c.dossier_code = i.dossier_code
);
