-- What the server keeps of a run beside its synced rows.
create table run_job (
  run_id text primary key,
  team_id text not null,
  turn integer not null,
  -- waiting: no runner yet. assigned: sent, not claimed. held: claimed. ended: this turn is over.
  phase text not null check (phase in ('waiting', 'assigned', 'held', 'ended')),
  host text,
  harness text not null,
  sandbox text not null,
  -- The `Assignment` of the current turn.
  assignment jsonb not null,
  runner_id text,
  -- ms since epoch. Past it the runner counts as lost.
  lease_until bigint,
  queued_at bigint not null,
  -- The last event of the runner that is durable here.
  acked_seq bigint not null default 0
);
create index run_job_waiting on run_job (team_id, queued_at) where phase = 'waiting';
create index run_job_by_runner on run_job (runner_id) where phase in ('assigned', 'held');

create table run_transition (
  id bigint generated always as identity primary key,
  run_id text not null,
  event text not null,
  from_state text,
  to_state text not null,
  reason jsonb,
  user_id text,
  at bigint not null
);
create index run_transition_by_run on run_transition (run_id, id);

-- What must reach the runner that holds a run: kept until the runner has said what became of it.
create table delivery (
  id text primary key,
  run_id text not null,
  space_id text not null collate "C",
  -- Key of the row that shows where it stands.
  row_key text not null,
  body jsonb not null,
  state text not null default 'accepted' check (state in ('accepted', 'delivered', 'done', 'refused')),
  created_at bigint not null
);
create index delivery_open on delivery (run_id, created_at) where state in ('accepted', 'delivered');

create table runner (
  id text primary key,
  team_id text not null,
  key_id text not null,
  name text not null,
  host_name text not null,
  last_seen_at bigint not null
);
create index runner_by_team on runner (team_id);

create table blob (
  team_id text not null,
  hash text not null,
  bytes bigint not null,
  content bytea not null,
  created_at bigint not null,
  primary key (team_id, hash)
);
