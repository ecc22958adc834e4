import type { Queryable } from '../database.ts'

/** A table of Drover's in the schema `public`, with the columns that are stored (not the generated ones), in their order. */
export type Table = { readonly name: string; readonly columns: readonly Column[] }
export type Column = { readonly name: string; readonly type: string }

/** The runner's own bookkeeping of migrations, which a backup has in its header. */
const BOOKKEEPING = new Set(['drover_migration', 'drover_script'])

/** All tables, those of bookkeeping left out, by name. */
export async function tablesOf(db: Queryable): Promise<Table[]> {
  const rows = await db.query<{ name: string; columns: Column[] }>(`
    select c.relname as name,
           coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attnum), '[]') as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.oid, c.relname order by c.relname`)
  return rows.filter(({ name }) => !BOOKKEEPING.has(name))
}

export async function sequencesOf(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    "select relname as name from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace order by 1",
  )
  return rows.map(({ name }) => name)
}

/** Statements that take all foreign keys and triggers of the tables away, and those that bring them back (and check the rows). */
export async function suspendedRules(db: Queryable): Promise<{ drop: string[]; restore: string[] }> {
  const keys = await db.query<{ table: string; name: string; definition: string }>(`
    select r.relname as table, k.conname as name, pg_get_constraintdef(k.oid) as definition
    from pg_constraint k join pg_class r on r.oid = k.conrelid
    where k.contype = 'f' and k.conparentid = 0 and k.connamespace = 'public'::regnamespace`)
  const triggers = await db.query<{ table: string }>(`
    select distinct c.relname as table from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and t.tgparentid = 0 and c.relnamespace = 'public'::regnamespace`)
  return {
    drop: [
      ...keys.map(({ table, name }) => `alter table ${quoted(table)} drop constraint ${quoted(name)}`),
      ...triggers.map(({ table }) => `alter table ${quoted(table)} disable trigger user`),
    ],
    restore: [
      ...keys.map(
        ({ table, name, definition }) => `alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`,
      ),
      ...triggers.map(({ table }) => `alter table ${quoted(table)} enable trigger user`),
    ],
  }
}

/** Statements that remove everything from the schema `public` but what belongs to an extension. A table takes its own sequences with it. */
export async function removals(db: Queryable): Promise<string[]> {
  const rows = await db.query<{ statement: string }>(`
    with own as (select objid from pg_depend where deptype = 'e')
    select case relkind when 'S' then 2 else 1 end as step, format('drop %s if exists %s cascade', case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end, oid::regclass) as statement
      from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') and not relispartition and oid not in (select objid from own)
    union all
    select 3, format('drop routine if exists %s cascade', oid::regprocedure)
      from pg_proc where pronamespace = 'public'::regnamespace and oid not in (select objid from own)
    union all
    select 4, format('drop type if exists %s cascade', oid::regtype)
      from pg_type where typnamespace = 'public'::regnamespace and typtype in ('e', 'd') and oid not in (select objid from own)
    order by 1`)
  return rows.map(({ statement }) => statement)
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
