-- One commit: checks and writes of a mutation in one statement, so that a space is locked for the length of this
-- function and never across a round trip. `spaces` come in the order of their ids, each once: the order of the locks.
--
--   p: { now,
--        client?: {group, id, user, space, mutation},
--        intent?: {space, effect?, press?, refused?},   a receipt of either is looked for; refused: only press leaves one
--        job?:    {run, turn, expect?, acked?, from?, holder?, phase?, runner?, lease?},
--        spaces:  [{id, at, gets?: [key], scans?: [prefix], puts?: [[key, place]], dels?: [key]}],
--        transitions?: [...], deliveries?: [...], jobs?: [...], notices?: [{team, user, row}],
--        versions?: [{team, plan, id, markdown}], suggestions?: [{team, plan, comment}],
--        secrets?: [{team, owner, secret, key?, sealed?}],  without a sealed value: it goes
--        usage?: [{team, day, run, user, harness, sandbox, model, input?, output?, cached?, unpriced?, usd?, work?, blocked?, turns?}],
--                                                       added up; a number below zero takes back }
--   p_values: JSON texts; `place` of a put counts from 1.
--
--   status: committed  everything was written
--           repeated_intent  the intent has its effect already; only the client's mutation id was advanced
--           repeated   this mutation was taken before; nothing was written
--           gap        mutations before this one are missing; nothing was written
--           unknown    this client is not known and does not start at 1; nothing was written
--           foreign    the client group belongs to somebody else; nothing was written
--           conflict   a row that was read has changed, or the job is not at `expect`; nothing was written
--           taken      a job names a run of another team; nothing was written
create or replace function drover_commit(p jsonb, p_values text[]) returns jsonb language plpgsql as $$
declare
  v_now bigint := (p->>'now')::bigint;
  v_client jsonb := p->'client';
  v_job jsonb := p->'job';
  v_intent jsonb := p->'intent';
  v_space jsonb;
  v_id text;
  v_version bigint;
  v_versions jsonb := '{}';
  v_last bigint;
  v_user text;
  v_group_space text;
  v_mutation bigint;
  v_repeat boolean := false;
begin
  for v_space in select * from jsonb_array_elements(p->'spaces') loop
    v_id := v_space->>'id';
    perform from space where id = v_id for update;
    if not found then
      insert into space (id) values (v_id) on conflict do nothing;
      perform from space where id = v_id for update;
    end if;
  end loop;

  if v_client is not null then
    v_mutation := (v_client->>'mutation')::bigint;
    select g.user_id, g.space_id into v_user, v_group_space from client_group g where g.id = v_client->>'group';
    if not found then
      insert into client_group (id, space_id, user_id, created_at)
        values (v_client->>'group', v_client->>'space', v_client->>'user', v_now)
        on conflict (id) do nothing;
    elsif v_user <> v_client->>'user' or v_group_space <> v_client->>'space' then
      return jsonb_build_object('status', 'foreign');
    end if;
    select c.last_mutation_id, c.group_id into v_last, v_user from client c where c.id = v_client->>'id';
    if v_last is not null and v_user <> v_client->>'group' then return jsonb_build_object('status', 'foreign'); end if;
    if v_last is null and v_mutation > 1 then return jsonb_build_object('status', 'unknown'); end if;
    v_last := coalesce(v_last, 0);
    if v_mutation <= v_last then return jsonb_build_object('status', 'repeated'); end if;
    if v_mutation > v_last + 1 then return jsonb_build_object('status', 'gap', 'last', v_last); end if;
  end if;

  for v_space in select * from jsonb_array_elements(p->'spaces') loop
    if v_space ? 'gets' and exists (
      select from entry e
      where e.space_id = v_space->>'id' and e.version > (v_space->>'at')::bigint
        and e.key in (select jsonb_array_elements_text(v_space->'gets'))
    ) then
      return jsonb_build_object('status', 'conflict');
    end if;
    if v_space ? 'scans' and exists (
      select from jsonb_array_elements_text(v_space->'scans') prefix
      join entry e on e.space_id = v_space->>'id' and e.version > (v_space->>'at')::bigint
        and starts_with(e.key, prefix)
    ) then
      return jsonb_build_object('status', 'conflict');
    end if;
  end loop;

  if v_job is not null then
    update run_job set
        acked_seq = coalesce((v_job->>'acked')::bigint, acked_seq),
        phase = coalesce(v_job->>'phase', phase),
        runner_id = coalesce(v_job->>'runner', runner_id),
        lease_until = coalesce((v_job->>'lease')::bigint, lease_until)
      where run_id = v_job->>'run' and turn = (v_job->>'turn')::int
        and acked_seq = coalesce((v_job->>'expect')::bigint, acked_seq)
        and (v_job->>'from' is null or phase = v_job->>'from')
        and (v_job->>'holder' is null or runner_id = v_job->>'holder');
    if not found then return jsonb_build_object('status', 'conflict'); end if;
  end if;

  -- Ids of runs are made by devices, so one can name another team's run: neither its job nor its history may be touched.
  if p ? 'jobs' and exists (
    select from jsonb_array_elements(p->'jobs') j
    join run_job r on r.run_id = j->>'run' where r.team_id <> j->>'team'
  ) then
    return jsonb_build_object('status', 'taken');
  end if;

  -- The space is locked, so nothing comes between the look and the receipt.
  if v_intent is not null then
    v_repeat := exists (
      select from intent where space_id = v_intent->>'space' and id in (v_intent->>'effect', v_intent->>'press')
    );
    if not v_repeat then
      insert into intent (space_id, id, at)
        select v_intent->>'space', receipt, v_now
        from unnest(array[
          v_intent->>'press',
          case when (v_intent->>'refused')::boolean then null else v_intent->>'effect' end
        ]) receipt
        where receipt is not null;
    end if;
  end if;

  for v_space in select * from jsonb_array_elements(p->'spaces') loop
    v_id := v_space->>'id';
    update space set version = version + 1 where id = v_id returning version into v_version;
    v_versions := v_versions || jsonb_build_object(v_id, v_version);
    if not v_repeat and v_space ? 'puts' then
      insert into entry (space_id, key, value, deleted_at, version)
        select v_id, put->>0, p_values[(put->>1)::int]::json, null, v_version from jsonb_array_elements(v_space->'puts') put
        on conflict (space_id, key) do update set value = excluded.value, deleted_at = null, version = excluded.version;
    end if;
    if not v_repeat and v_space ? 'dels' then
      update entry set value = null, deleted_at = v_now, version = v_version
        where space_id = v_id and deleted_at is null
          and key in (select jsonb_array_elements_text(v_space->'dels'));
    end if;
  end loop;

  if v_client is not null then
    insert into client (id, group_id, last_mutation_id, version, seen_at)
      values (v_client->>'id', v_client->>'group', v_mutation, (v_versions->>(v_client->>'space'))::bigint, v_now)
      on conflict (id) do update
        set last_mutation_id = excluded.last_mutation_id, version = excluded.version, seen_at = excluded.seen_at;
  end if;

  if not v_repeat and p ? 'transitions' then
    insert into run_transition (run_id, event, from_state, to_state, reason, user_id, at)
      select t->>'run', t->>'event', t->>'from', t->>'to', t->'reason', t->>'user', v_now
      from jsonb_array_elements(p->'transitions') t;
  end if;
  if not v_repeat and p ? 'deliveries' then
    insert into delivery (id, run_id, space_id, row_key, body, created_at)
      select d->>'id', d->>'run', d->>'space', d->>'row', d->'body', v_now
      from jsonb_array_elements(p->'deliveries') d
      on conflict (id) do nothing;
  end if;
  if not v_repeat and p ? 'notices' then
    insert into push_message (team_id, user_id, row_key, created_at)
      select n->>'team', n->>'user', n->>'row', v_now from jsonb_array_elements(p->'notices') n;
  end if;
  if not v_repeat and p ? 'versions' then
    insert into plan_version (team_id, plan_id, id, markdown, created_at)
      select v->>'team', v->>'plan', v->>'id', v->>'markdown', v_now from jsonb_array_elements(p->'versions') v
      on conflict (team_id, plan_id, id) do nothing;
  end if;
  if not v_repeat and p ? 'suggestions' then
    insert into plan_suggestion (team_id, plan_id, comment_id, created_at)
      select s->>'team', s->>'plan', s->>'comment', v_now from jsonb_array_elements(p->'suggestions') s
      on conflict (team_id, plan_id, comment_id) do update set tries = plan_suggestion.tries + 1, taken_until = 0;
  end if;
  if not v_repeat and p ? 'secrets' then
    delete from secret_value v using jsonb_array_elements(p->'secrets') s
      where v.team_id = s->>'team' and v.owner = s->>'owner' and v.secret_id = s->>'secret' and not s ? 'sealed';
    insert into secret_value (team_id, owner, secret_id, key_id, sealed, changed_at)
      select s->>'team', s->>'owner', s->>'secret', s->>'key', s->>'sealed', v_now from jsonb_array_elements(p->'secrets') s
      where s ? 'sealed'
      on conflict (team_id, owner, secret_id) do update
        set key_id = excluded.key_id, sealed = excluded.sealed, changed_at = excluded.changed_at;
  end if;
  if not v_repeat and p ? 'usage' then
    insert into usage_day as d (team_id, day, run_id, user_id, harness, sandbox, model, input_tokens, output_tokens, cached_tokens,
                                unpriced_tokens, cost_usd, work_ms, blocked_ms, turns, change)
      select u->>'team', u->>'day', u->>'run', min(u->>'user'), u->>'harness', u->>'sandbox', u->>'model',
             coalesce(sum((u->>'input')::bigint), 0), coalesce(sum((u->>'output')::bigint), 0), coalesce(sum((u->>'cached')::bigint), 0),
             coalesce(sum((u->>'unpriced')::bigint), 0), coalesce(sum((u->>'usd')::numeric), 0), coalesce(sum((u->>'work')::bigint), 0),
             coalesce(sum((u->>'blocked')::bigint), 0), coalesce(sum((u->>'turns')::int), 0), nextval('usage_change')
      from jsonb_array_elements(p->'usage') u
      group by u->>'team', u->>'day', u->>'run', u->>'harness', u->>'sandbox', u->>'model'
      on conflict (team_id, day, run_id, harness, sandbox, model) do update
        set input_tokens = d.input_tokens + excluded.input_tokens, output_tokens = d.output_tokens + excluded.output_tokens,
            cached_tokens = d.cached_tokens + excluded.cached_tokens, unpriced_tokens = d.unpriced_tokens + excluded.unpriced_tokens,
            cost_usd = d.cost_usd + excluded.cost_usd, work_ms = d.work_ms + excluded.work_ms,
            blocked_ms = d.blocked_ms + excluded.blocked_ms, turns = d.turns + excluded.turns,
            change = excluded.change, shown = false;
  end if;
  if not v_repeat and p ? 'jobs' then
    insert into run_job (run_id, team_id, turn, phase, host, harness, sandbox, assignment, queued_at)
      select j->>'run', j->>'team', (j->>'turn')::int, 'waiting', j->>'host', j->>'harness', j->>'sandbox',
             j->'assignment', v_now
      from jsonb_array_elements(p->'jobs') j
      on conflict (run_id) do update
        set turn = excluded.turn, phase = 'waiting', host = excluded.host, harness = excluded.harness,
            sandbox = excluded.sandbox, assignment = excluded.assignment, queued_at = excluded.queued_at,
            lease_until = null
        where excluded.turn > run_job.turn and excluded.team_id = run_job.team_id;
  end if;

  return jsonb_build_object('status', case when v_repeat then 'repeated_intent' else 'committed' end, 'versions', v_versions);
end $$;
