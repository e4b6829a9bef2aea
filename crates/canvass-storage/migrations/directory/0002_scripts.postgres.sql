-- Tenants whose scripts run by themselves, and when to look at each next. `rings` counts the wishes to look: one that
-- came while somebody looked is not forgotten.
create table duty (
    tenant text collate "C" primary key references tenant (id) on delete cascade,
    due_at bigint not null,
    lease_until bigint,
    rings bigint not null
);
create index duty_by_due on duty (due_at);
