-- Spaces: what is synced as a whole. See sync/server/space-store.ts for the rules that this schema keeps.
create table space (
  id text primary key collate "C",
  -- Goes up by one with every commit.
  version bigint not null default 0,
  -- A reader whose cookie names another epoch is given everything anew.
  epoch text not null default replace(gen_random_uuid()::text, '-', ''),
  -- Tombstones up to this version are gone: older cookies are given everything anew.
  pruned_version bigint not null default 0
);

create table entry (
  space_id text not null collate "C" references space (id) on delete cascade,
  key text not null collate "C",
  value jsonb,
  -- Set when the row was deleted; `value` is null then.
  deleted_at bigint,
  version bigint not null,
  primary key (space_id, key)
);
create index entry_by_version on entry (space_id, version);
create index entry_deleted on entry (deleted_at) where deleted_at is not null;

create table client_group (
  id text primary key,
  space_id text not null collate "C",
  user_id text not null,
  created_at bigint not null
);

create table client (
  id text primary key,
  group_id text not null references client_group (id) on delete cascade,
  last_mutation_id bigint not null,
  -- The space's version when `last_mutation_id` last changed.
  version bigint not null,
  seen_at bigint not null
);
create index client_by_group on client (group_id, version);

-- A receipt for each intent that was taken, so that it has one effect whichever client repeats it.
create table intent (
  space_id text not null collate "C",
  id text not null collate "C",
  at bigint not null,
  primary key (space_id, id)
);
create index intent_by_age on intent (at);
