-- People, their sign-ins and teams: the tables of better-auth 1.7 with organization, passkey and api-key. Mirrored in schema/auth.ts.

create table "user" (
  id text primary key,
  name text not null,
  email text not null constraint user_email_unique unique,
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table session (
  id text primary key,
  expires_at timestamptz not null,
  token text not null constraint session_token_unique unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  ip_address text,
  user_agent text,
  user_id text not null references "user" (id) on delete cascade,
  active_organization_id text
);
create index session_user_id on session (user_id);

create table account (
  id text primary key,
  account_id text not null,
  provider_id text not null,
  user_id text not null references "user" (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index account_user_id on account (user_id);
create unique index account_provider on account (provider_id, account_id);

create table verification (
  id text primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index verification_identifier on verification (identifier);

create table organization (
  id text primary key,
  name text not null,
  slug text not null constraint organization_slug_unique unique,
  logo text,
  created_at timestamptz not null default now(),
  metadata text
);

create table member (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  user_id text not null references "user" (id) on delete cascade,
  role text not null default 'member',
  created_at timestamptz not null default now()
);
create unique index member_organization_user on member (organization_id, user_id);
create index member_user_id on member (user_id);

create table invitation (
  id text primary key,
  organization_id text not null references organization (id) on delete cascade,
  email text not null,
  role text,
  status text not null default 'pending',
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  inviter_id text not null references "user" (id) on delete cascade
);
create index invitation_organization_id on invitation (organization_id);
create index invitation_email on invitation (email);

create table passkey (
  id text primary key,
  name text,
  public_key text not null,
  user_id text not null references "user" (id) on delete cascade,
  credential_id text not null,
  counter bigint not null,
  device_type text not null,
  backed_up boolean not null,
  transports text,
  created_at timestamptz,
  aaguid text
);
create index passkey_user_id on passkey (user_id);
create unique index passkey_credential_id on passkey (credential_id);

create table apikey (
  id text primary key,
  config_id text not null default 'default',
  name text,
  start text,
  reference_id text not null,
  prefix text,
  key text not null,
  refill_interval bigint,
  refill_amount bigint,
  last_refill_at timestamptz,
  enabled boolean default true,
  rate_limit_enabled boolean default true,
  rate_limit_time_window bigint default 86400000,
  rate_limit_max bigint default 10,
  request_count bigint default 0,
  remaining bigint,
  last_request timestamptz,
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  permissions text,
  metadata text
);
create index apikey_config_id on apikey (config_id);
create index apikey_reference_id on apikey (reference_id);
create unique index apikey_key on apikey (key);

create table rate_limit (
  id text primary key,
  key text not null constraint rate_limit_key_unique unique,
  count integer not null,
  last_request bigint not null
);
