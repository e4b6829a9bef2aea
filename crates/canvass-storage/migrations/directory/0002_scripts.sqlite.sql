-- Tenants whose scripts run by themselves, and when to look at each next. `rings` counts the wishes to look: one that
-- came while somebody looked is not forgotten.
create table duty (
    tenant text primary key references tenant (id) on delete cascade,
    due_at integer not null,
    lease_until integer,
    rings integer not null
) strict, without rowid;
create index duty_by_due on duty (due_at);
