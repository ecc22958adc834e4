-- What all servers on one database must know alike: the key that signs session cookies and invitation links. A server with a
-- PostgreSQL of its own inside its data folder keeps it in a file there instead.
create table server_secret (
  name text primary key,
  value text not null,
  created_at bigint not null
);
