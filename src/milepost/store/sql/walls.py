"""Row security: on PostgreSQL a second wall between shops, below our own `WHERE shop_id …`.

A connection says which shops it asks for in the setting `milepost.shops`: `*` for all of them (the corridor,
which hears news of every shop), or some for a page that a person looks at. Who says nothing sees nothing. The
tables' owner is bound too (FORCE), so the program needs no second role; only a superuser would not be.
"""

from collections.abc import Iterable, Sequence

SETTING = "milepost.shops"
EVERY_SHOP = "*"
BETWEEN = "\x1f"

# In sub-selects, so that the setting is read once for each statement and not for each row.
_SAID = f"(SELECT current_setting('{SETTING}', true))"
_SHOPS = f"(SELECT string_to_array(current_setting('{SETTING}', true), E'\\x1f'))::text[]"
WALL = f"{_SAID} = '{EVERY_SHOP}' OR shop_id = ANY ({_SHOPS})"

UNBOUND = "SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user"
WITHOUT_WALL = """SELECT c.relname FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"""


def walled(tables: Iterable[str]) -> list[str]:
    """Statements that put the wall into these tables; each must have a column `shop_id`."""
    return [
        said
        for table in tables
        for said in (
            f"CREATE POLICY shops ON {table} USING ({WALL}) WITH CHECK ({WALL})",
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        )
    ]


def unwalled(tables: Iterable[str]) -> list[str]:
    """Take the wall away again."""
    return [
        said
        for table in tables
        for said in (
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"DROP POLICY shops ON {table}",
        )
    ]


WIDENED = f"SET LOCAL {SETTING} TO '{EVERY_SHOP}'"


def narrowed(shop_ids: Sequence[str]) -> str:
    """From here to the end of the transaction only these shops are seen."""
    shops = BETWEEN.join(shop_ids) if EVERY_SHOP not in shop_ids else ""
    quoted = shops.replace("\x00", "").replace("'", "''")
    return f"SET LOCAL {SETTING} TO '{quoted}'"
