-- Tokens of the operator's programs, known by the hashes of their secrets. They open no tenant's data.
create table operator_token (
    hash bytea primary key,
    id text collate "C" not null unique,
    name text collate "C" not null,
    hint text collate "C" not null,
    created_at bigint not null,
    expires_at bigint,
    used_at bigint
);
