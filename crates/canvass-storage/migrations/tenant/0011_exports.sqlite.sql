-- Files of responses that are made in the background. Their bytes lie among the contents of files.
create table export (
    id text primary key,
    survey text not null references survey (id) on delete cascade,
    wanted text not null,
    name text not null,
    state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'withdrawn')),
    attempt integer not null,
    reached integer,
    through integer not null,
    head text,
    rows_done integer not null,
    rows_expected integer not null,
    bytes integer not null,
    content text,
    sha256 text,
    reason text,
    actor text not null,
    created_at integer not null,
    updated_at integer not null,
    finished_at integer
) strict, without rowid;
create index export_by_survey on export (survey, id);
create index export_by_state on export (state, id);
create index export_by_end on export (finished_at) where finished_at is not null;

-- What the values of a calculated field have in common.
alter table annotation_field add column kind text not null default 'text';
