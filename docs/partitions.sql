-- Cuts the tables that grow for ever and have a key that grows with time into ranges of that key:
-- journal by ticket, attachments by message, decisions and tokens by id. Run it with psql while no
-- `serve` runs; run it again at any time, it then adds the ranges that are missing. Each table has
-- a range ahead of what there is, and one for all that comes after (…_rest), so that nothing is
-- ever refused; what got there is moved to its range by the next run.
--
--   psql --single-transaction --set ON_ERROR_STOP=1 --file docs/partitions.sql DATABASE
--
-- PostgreSQL 14 or newer. What is there becomes the first range as it is: no row is copied.
DO $$
DECLARE
  step constant bigint := 1000000;  -- keys in a range
  cut record;
  part record;
  last bigint;
  wanted bigint;
BEGIN
  FOR cut IN SELECT * FROM (VALUES ('journal', 'ticket'), ('attachments', 'message'),
                                   ('decisions', 'id'), ('tokens', 'id')) AS t (name, key)
  LOOP
    EXECUTE format('SELECT coalesce(max(%I), 0) / %s + 1 FROM %I', cut.key, step, cut.name)
       INTO wanted;  -- the range after that of the newest key

    IF (SELECT relkind FROM pg_class WHERE oid = cut.name::regclass) = 'r' THEN
      CREATE TEMP TABLE parts ON COMMIT DROP AS
        SELECT conname AS name, contype::text AS kind, pg_get_constraintdef(oid) AS said
          FROM pg_constraint
         WHERE conrelid = cut.name::regclass AND contype IN ('p', 'f')
        UNION ALL
        SELECT c.relname, 'i', pg_get_indexdef(c.oid)
          FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
         WHERE i.indrelid = cut.name::regclass AND NOT i.indisprimary;
      FOR part IN SELECT * FROM parts LOOP
        EXECUTE CASE part.kind
          WHEN 'i' THEN format('ALTER INDEX %I RENAME TO %I', part.name, part.name || '_0')
          ELSE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I',
                      cut.name, part.name, part.name || '_0') END;
      END LOOP;
      EXECUTE format('ALTER TABLE %I RENAME TO %I', cut.name, cut.name || '_0');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS) '
                     'PARTITION BY RANGE (%I)', cut.name, cut.name || '_0', cut.key);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)',
                     cut.name, cut.name || '_0', wanted * step);
      FOR part IN SELECT * FROM parts LOOP
        EXECUTE CASE part.kind
          WHEN 'i' THEN part.said
          ELSE format('ALTER TABLE %I ADD CONSTRAINT %I %s', cut.name, part.name, part.said) END;
      END LOOP;
      DROP TABLE parts;
      IF to_regclass(cut.name || '_id_seq') IS NOT NULL THEN
        EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', cut.name || '_id_seq', cut.name);
      END IF;
      EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', cut.name || '_rest', cut.name);
      last := wanted - 1;
    ELSE
      SELECT max(substring(relid::text FROM '_([0-9]+)$')::bigint)
        INTO last FROM pg_partition_tree(cut.name::regclass);
    END IF;

    IF last < wanted THEN
      EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', cut.name, cut.name || '_rest');
      FOR number IN last + 1 .. wanted LOOP
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (%s)',
                       format('%s_%s', cut.name, number), cut.name,
                       number * step, (number + 1) * step);
      END LOOP;
      EXECUTE format('INSERT INTO %I SELECT * FROM %I', cut.name, cut.name || '_rest');
      EXECUTE format('TRUNCATE %I', cut.name || '_rest');
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I DEFAULT', cut.name, cut.name || '_rest');
    END IF;
  END LOOP;
END
$$;
