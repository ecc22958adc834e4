-- What people send with messages, by the SHA-256 of its bytes, once for each team. Apart from what runners hand in (`blob`), because people can be told
-- that there is no more room, and a run can't. Times are ms since epoch.
create table attachment (
  team_id text not null collate "C",
  hash text not null collate "C",
  bytes bigint not null,
  content bytea not null,
  created_at bigint not null,
  primary key (team_id, hash)
);
-- Most of it is pictures, which are packed already.
alter table attachment alter column content set storage external;
