"""What a tenant's SQL role may, as PostgreSQL's catalogue says."""

from .database import rows


class RoleQuestions:
    """For a test case that has a platform and a role."""

    def catalogue(self, statement):
        return rows(self.platform, "postgres", statement)

    def tables(self):
        """Every table, and which of SELECT, INSERT, UPDATE, DELETE the role may: {name: set of words}."""
        found = self.catalogue(
            f"""SELECT c.relname, r FROM pg_class c CROSS JOIN unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) r
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                    AND has_any_column_privilege('{self.role}', c.oid, CASE r WHEN 'DELETE' THEN 'SELECT' WHEN 'TRUNCATE' THEN 'SELECT'
                        ELSE r END) AND (r NOT IN ('DELETE', 'TRUNCATE') OR has_table_privilege('{self.role}', c.oid, r))"""
        )
        tables = {name: set() for (name,) in self.catalogue(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')")}
        for name, right in found:
            tables[name].add(right)
        self.assertGreaterEqual(len(tables), 16)
        return tables

    def columns(self, table):
        """Columns that a row is inserted with."""
        found = self.catalogue(
            f"""SELECT attname FROM pg_attribute WHERE attrelid = 'public.{table}'::regclass AND attnum > 0 AND NOT attisdropped
                    AND attgenerated = '' AND attidentity = '' ORDER BY attnum"""
        )
        return [name for (name,) in found]

    def permitted(self, right, table):
        """Columns with which the role may do this."""
        found = self.catalogue(
            f"""SELECT attname FROM pg_attribute WHERE attrelid = 'public.{table}'::regclass AND attnum > 0 AND NOT attisdropped
                    AND has_column_privilege('{self.role}', attrelid, attnum, '{right}') ORDER BY attnum"""
        )
        return [name for (name,) in found]
