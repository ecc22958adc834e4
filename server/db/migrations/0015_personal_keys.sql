-- Keys with which a program acts as one person in one team. Times are ms since epoch. It hangs on the membership itself, so that it ends with it, whatever
-- ended that.
create table personal_key (
  id text primary key,
  user_id text not null,
  team_id text not null,
  name text not null,
  -- Its first characters, to tell keys apart.
  start text not null,
  -- SHA-256, base64url. The key has 256 random bits, so a hash that is made slow would add nothing.
  hash text not null unique,
  created_at bigint not null,
  expires_at bigint,
  last_used_at bigint,
  foreign key (team_id, user_id) references member (organization_id, user_id) on delete cascade
);
create index personal_key_by_user on personal_key (user_id);
create index personal_key_by_member on personal_key (team_id, user_id);
