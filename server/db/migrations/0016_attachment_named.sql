-- When a file of a message was last handed in, or found to be named by one (`jobs/prune-attachments.ts`). ms since epoch.
alter table attachment add column named_at bigint;
update attachment set named_at = created_at;
alter table attachment alter column named_at set not null;
create index attachment_by_age on attachment (named_at);
