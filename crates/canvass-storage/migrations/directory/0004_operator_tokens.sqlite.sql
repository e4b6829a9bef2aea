-- Tokens of the operator's programs, known by the hashes of their secrets. They open no tenant's data.
create table operator_token (
    hash blob primary key,
    id text not null unique,
    name text not null,
    hint text not null,
    created_at integer not null,
    expires_at integer,
    used_at integer
) strict, without rowid;
