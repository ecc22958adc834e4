-- Values of rows are kept as the text they came as (`json`): nothing in the database looks inside, and `jsonb` had to
-- take a chunk of a transcript apart and put it together again at each write and each read.
alter table entry alter column value type json using value::json;

-- `drover_commit` takes the values beside the rest since then: see `sql/drover_commit.sql`.
drop function drover_commit(jsonb);
