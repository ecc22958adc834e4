-- The documents of plans (Yjs). What people see of a plan in lists are rows of the team's space; here is what they write. Ids of plans are made by
-- devices, so everything is a team's and a plan's: the same id in another team is another plan. Times are ms since epoch.
create table plan_document (
  team_id text not null collate "C",
  plan_id text not null collate "C",
  -- The number of its newest update. It goes up by one with each, under the lock of this row, so nobody who reads can miss one.
  seq bigint not null,
  -- Everything up to `base_seq` as one update.
  base_seq bigint not null default 0,
  base bytea,
  -- Of the newest update.
  changed_at bigint not null,
  changed_by jsonb not null,
  -- Who wrote since the last version after a pause: {name: {author, at}}.
  writers jsonb not null default '{}',
  -- Up to here the rows `plan/…` and `plan-text/…` say what the document does.
  projected_seq bigint not null default 0,
  -- Up to here there is a version, or nothing that one would be needed for.
  versioned_seq bigint not null default 0,
  primary key (team_id, plan_id)
);
-- Updates after `base_seq`, some hundreds at most.
create table plan_update (
  team_id text not null collate "C",
  plan_id text not null collate "C",
  seq bigint not null,
  content bytea not null,
  primary key (team_id, plan_id, seq),
  foreign key (team_id, plan_id) references plan_document (team_id, plan_id) on delete cascade
);

-- The texts of versions, as Markdown. Never changed once they are written.
create table plan_version (
  team_id text not null collate "C",
  plan_id text not null collate "C",
  id text not null collate "C",
  markdown text not null,
  created_at bigint not null,
  primary key (team_id, plan_id, id)
);
