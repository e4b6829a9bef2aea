-- Accepted responses on their way to their tenants. One transaction takes them out and applies them: what is here has
-- not been applied, what has been applied is not here.

-- The unit of work between nodes: who holds the lock of a shard applies its records.
create table shard (
    shard smallint primary key,
    lane text collate "C" not null check (lane in ('standard', 'premium'))
);
insert into shard (shard, lane)
select n, case when n < 16 then 'standard' else 'premium' end from generate_series(0, 31) as n;

create table intake (
    shard smallint not null,
    tenant text collate "C" not null,
    sequence bigint generated always as identity,
    id text collate "C" not null,
    survey text collate "C" not null,
    version bigint not null,
    received_at bigint not null,
    source text collate "C" not null,
    answers text collate "C" not null,
    primary key (shard, tenant, sequence),
    unique (tenant, id)
);

-- Every row is soon deleted: vacuum by the number of the dead, not by their share of a table that was large once.
alter table intake set (
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000,
    autovacuum_vacuum_cost_delay = 0
);
