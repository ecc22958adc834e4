-- Suggestions that were accepted and are to be put into their plans: rows of the commit that accepted them, gone once it is done. Times are ms since epoch.
create table plan_suggestion (
  team_id text not null collate "C",
  plan_id text not null collate "C",
  comment_id text not null collate "C",
  created_at bigint not null,
  -- How often somebody set about it: each try writes under a name of its own, so that the next one sees whether it was done.
  tries int not null default 0,
  -- Until then the server that took it is at it.
  taken_until bigint not null default 0,
  primary key (team_id, plan_id, comment_id)
);
