-- Pictures of plans, by the SHA-256 of their bytes, once for each team. What a plan's text names is found in the text (`jobs/prune-images.ts`), so nothing
-- here has to follow what people write. Times are ms since epoch.
create table plan_image (
  team_id text not null collate "C",
  hash text not null collate "C",
  type text not null,
  bytes bigint not null,
  content bytea not null,
  added_by text not null,
  created_at bigint not null,
  -- When it was last handed in, or found to be named by a plan or a version.
  named_at bigint not null,
  primary key (team_id, hash)
);
-- Pictures are packed already.
alter table plan_image alter column content set storage external;
create index plan_image_by_age on plan_image (named_at);
