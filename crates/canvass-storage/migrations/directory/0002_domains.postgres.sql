-- Hosts that tenants bring along, and which of its addresses a tenant tells the world. Several tenants may claim a domain;
-- one at most has proved that it is its own.
create table domain (
    tenant text collate "C" not null references tenant (id) on delete cascade,
    name text collate "C" not null,
    token text collate "C" not null,
    state text collate "C" not null check (state in ('waiting', 'verified', 'failed')),
    since bigint not null,
    reason text collate "C",
    checked_at bigint,
    next_check_at bigint,
    failures bigint not null,
    lost_at bigint,
    claimed_at bigint not null,
    primary key (tenant, name)
);
create unique index domain_verified on domain (name) where state = 'verified';
create index domain_by_check on domain (next_check_at) where next_check_at is not null;

create table primary_address (
    tenant text collate "C" primary key references tenant (id) on delete cascade,
    home text collate "C" not null check (home in ('path', 'subdomain', 'domain')),
    domain text collate "C",
    others text collate "C" not null check (others in ('serve', 'lead_on'))
);
