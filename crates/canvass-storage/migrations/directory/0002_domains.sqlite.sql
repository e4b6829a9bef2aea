-- Hosts that tenants bring along, and which of its addresses a tenant tells the world. Several tenants may claim a domain;
-- one at most has proved that it is its own.
create table domain (
    tenant text not null references tenant (id) on delete cascade,
    name text not null,
    token text not null,
    state text not null check (state in ('waiting', 'verified', 'failed')),
    since integer not null,
    reason text,
    checked_at integer,
    next_check_at integer,
    failures integer not null,
    lost_at integer,
    claimed_at integer not null,
    primary key (tenant, name)
) strict, without rowid;
create unique index domain_verified on domain (name) where state = 'verified';
create index domain_by_check on domain (next_check_at) where next_check_at is not null;

create table primary_address (
    tenant text primary key references tenant (id) on delete cascade,
    home text not null check (home in ('path', 'subdomain', 'domain')),
    domain text,
    others text not null check (others in ('serve', 'lead_on'))
) strict, without rowid;
