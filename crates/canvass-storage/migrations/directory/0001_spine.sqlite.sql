-- What the installation keeps about all tenants: who they are, who can sign in, work to do.
create table tenant (
    id text primary key,
    alias text not null unique,
    name text not null,
    state text not null check (state in ('requested', 'provisioning', 'active', 'suspended', 'failed')),
    reason text,
    plan text not null,
    region text not null,
    created_at integer not null,
    updated_at integer not null,
    active_at integer
) strict, without rowid;

create table account (
    id text primary key,
    email text not null unique,
    name text not null,
    password_hash text not null,
    created_at integer not null
) strict, without rowid;

-- Which tenants an account belongs to. The role stands in the tenant's own database.
create table membership (
    account text not null references account (id) on delete cascade,
    tenant text not null references tenant (id) on delete cascade,
    primary key (account, tenant)
) strict, without rowid;

create table operator (
    id text primary key,
    email text not null unique,
    name text not null,
    password_hash text not null,
    created_at integer not null
) strict, without rowid;

create table setup_link (
    hash blob primary key,
    expires_at integer not null,
    used_at integer
) strict, without rowid;

-- Exactly one of account and operator is set.
create table session (
    hash blob primary key,
    id text not null unique,
    account text references account (id) on delete cascade,
    operator text references operator (id) on delete cascade,
    agent text not null,
    created_at integer not null,
    seen_at integer not null,
    expires_at integer not null
) strict, without rowid;
create index session_by_account on session (account);

create table token (
    hash blob primary key,
    id text not null unique,
    tenant text not null references tenant (id) on delete cascade,
    name text not null,
    scopes text not null,
    hint text not null,
    created_at integer not null,
    expires_at integer,
    used_at integer
) strict, without rowid;
create index token_by_tenant on token (tenant);

-- Failed sign-ins by what was tried, so that every node counts alike.
create table throttle (
    subject text primary key,
    failures integer not null,
    until integer not null
) strict, without rowid;

create table job (
    id text primary key,
    name text not null,
    body text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed')),
    steps text not null,
    attempts integer not null,
    due_at integer not null,
    lease_until integer,
    idempotency_key text unique,
    error text,
    created_at integer not null,
    updated_at integer not null
) strict, without rowid;
create index job_by_due on job (state, due_at);

create table dead_letter (
    id text primary key,
    tenant text not null references tenant (id) on delete cascade,
    survey text not null,
    lane text not null,
    record text not null,
    reason text not null,
    made_at integer not null
) strict, without rowid;
