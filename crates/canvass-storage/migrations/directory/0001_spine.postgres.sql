-- What the installation keeps about all tenants: who they are, who can sign in, work to do.
-- Texts compare byte by byte (`collate "C"`), so that every order is the embedded store's order.
create table tenant (
    id text collate "C" primary key,
    alias text collate "C" not null unique,
    name text collate "C" not null,
    state text collate "C" not null check (state in ('requested', 'provisioning', 'active', 'suspended', 'failed')),
    reason text collate "C",
    plan text collate "C" not null,
    region text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    active_at bigint
);

create table account (
    id text collate "C" primary key,
    email text collate "C" not null unique,
    name text collate "C" not null,
    password_hash text collate "C" not null,
    created_at bigint not null
);

-- Which tenants an account belongs to. The role stands in the tenant's own rows.
create table membership (
    account text collate "C" not null references account (id) on delete cascade,
    tenant text collate "C" not null references tenant (id) on delete cascade,
    primary key (account, tenant)
);
create index membership_by_tenant on membership (tenant);

create table operator (
    id text collate "C" primary key,
    email text collate "C" not null unique,
    name text collate "C" not null,
    password_hash text collate "C" not null,
    created_at bigint not null
);

create table setup_link (
    hash bytea primary key,
    expires_at bigint not null,
    used_at bigint
);

-- Exactly one of account and operator is set.
create table session (
    hash bytea primary key,
    id text collate "C" not null unique,
    account text collate "C" references account (id) on delete cascade,
    operator text collate "C" references operator (id) on delete cascade,
    agent text collate "C" not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index session_by_account on session (account);

create table token (
    hash bytea primary key,
    id text collate "C" not null unique,
    tenant text collate "C" not null references tenant (id) on delete cascade,
    name text collate "C" not null,
    scopes text collate "C" not null,
    hint text collate "C" not null,
    created_at bigint not null,
    expires_at bigint,
    used_at bigint
);
create index token_by_tenant on token (tenant);

-- Failed sign-ins by what was tried, so that every node counts alike.
create table throttle (
    subject text collate "C" primary key,
    failures bigint not null,
    until bigint not null
);

create table job (
    id text collate "C" primary key,
    name text collate "C" not null,
    body text collate "C" not null,
    state text collate "C" not null check (state in ('waiting', 'running', 'done', 'failed')),
    steps text collate "C" not null,
    attempts bigint not null,
    due_at bigint not null,
    lease_until bigint,
    idempotency_key text collate "C" unique,
    error text collate "C",
    created_at bigint not null,
    updated_at bigint not null
);
create index job_by_due on job (state, due_at);

create table dead_letter (
    id text collate "C" primary key,
    tenant text collate "C" not null references tenant (id) on delete cascade,
    survey text collate "C" not null,
    lane text collate "C" not null,
    record text collate "C" not null,
    reason text collate "C" not null,
    made_at bigint not null
);
create index dead_letter_by_tenant on dead_letter (tenant);
