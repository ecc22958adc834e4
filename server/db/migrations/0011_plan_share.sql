-- A link to a plan names the plan and not its team, and ids of plans are made by devices: the same id may stand in several teams. Few rows, found at once.
create index entry_plan_share on entry (key) where key like 'plan-share/%' and deleted_at is null;
