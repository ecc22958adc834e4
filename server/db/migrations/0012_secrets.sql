-- Values of secrets, sealed in the browser to a key of the server's that is not in this table; each stands beside its row `secret/…` or
-- `own-secret/…` and is written by the same commit. Times are ms since epoch.
create table secret_value (
  team_id text not null collate "C",
  -- The person whose own it is, or '' for one of the team: ids are made by devices, so nobody reaches another's value by naming its id.
  owner text not null collate "C",
  secret_id text not null collate "C",
  -- The key pair that opens it.
  key_id text not null,
  sealed text not null,
  changed_at bigint not null,
  primary key (team_id, owner, secret_id)
);
-- What is to be sealed anew after a change of the key.
create index secret_value_by_key on secret_value (key_id);
