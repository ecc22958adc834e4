-- What runs used, by day: written in the commit of the events that tell it, and kept after the runs are gone. Times are ms since epoch.
create sequence usage_change;
create table usage_day (
  team_id text not null collate "C",
  -- In UTC, as 2026-11-26.
  day text not null collate "C",
  run_id text not null,
  user_id text not null,
  harness text not null,
  sandbox text not null,
  -- Empty: the harness did not say.
  model text not null,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cached_tokens bigint not null default 0,
  -- Tokens of which no price was known.
  unpriced_tokens bigint not null default 0,
  cost_usd numeric not null default 0,
  work_ms bigint not null default 0,
  blocked_ms bigint not null default 0,
  turns int not null default 0,
  -- Grows with each change: commits of a team come one after the other.
  change bigint not null,
  -- The row that devices get of this day has it.
  shown boolean not null default false,
  primary key (team_id, day, run_id, harness, sandbox, model)
);
create index usage_day_unshown on usage_day (team_id, day) where not shown;
