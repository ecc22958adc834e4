-- Notifications on their way to the devices of their person: one row for each, written with the row that it is about, until it is
-- handed to the jobs that send it, one for each subscription.
create table push_message (
  id bigint generated always as identity primary key,
  team_id text not null,
  user_id text not null,
  -- Key of the notification in the team's space.
  row_key text not null collate "C",
  created_at bigint not null
);

-- A browser that asked for pushes (RFC 8030): it belongs to the session that it was signed in with, and ends with it.
create table push_subscription (
  id text primary key,
  user_id text not null references "user" (id) on delete cascade,
  session_id text not null references session (id) on delete cascade,
  endpoint text not null unique,
  -- The browser's public key and secret for the encryption (RFC 8291), base64url.
  p256dh text not null,
  auth text not null,
  -- Which types of notifications it wants, and when it wants none: `PushSettings`.
  settings jsonb not null,
  created_at bigint not null,
  last_sent_at bigint,
  -- What its push service said when it took none: {status, text, at}.
  trouble jsonb
);
create index push_subscription_by_user on push_subscription (user_id);
create index push_subscription_by_session on push_subscription (session_id);

-- What a button on a notification may do, once: answer one question as one person. The token itself stands only in the encrypted push.
create table push_token (
  hash text primary key,
  subscription_id text not null references push_subscription (id) on delete cascade,
  user_id text not null,
  team_id text not null,
  run_id text not null,
  permission_id text not null,
  -- Digest of the request as it was shown.
  digest text not null,
  -- Names the answer, so that a repeated press has one effect.
  delivery_id text not null,
  expires_at bigint not null,
  -- The answer it was used for.
  used_as text
);
create index push_token_by_expiry on push_token (expires_at);
create index push_token_by_subscription on push_token (subscription_id);
