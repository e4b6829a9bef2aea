-- Files of responses that are made in the background. Their bytes lie among the contents of files.
create table export (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    survey text collate "C" not null,
    wanted text collate "C" not null,
    name text collate "C" not null,
    state text collate "C" not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled', 'withdrawn')),
    attempt bigint not null,
    reached bigint,
    through bigint not null,
    head text collate "C",
    rows_done bigint not null,
    rows_expected bigint not null,
    bytes bigint not null,
    content text collate "C",
    sha256 text collate "C",
    reason text collate "C",
    actor text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    finished_at bigint,
    primary key (tenant, id),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);
create index export_by_survey on export (tenant, survey, id);
create index export_by_state on export (tenant, state, id);
create index export_by_end on export (tenant, finished_at) where finished_at is not null;

-- What the values of a calculated field have in common.
alter table annotation_field add column kind text collate "C" not null default 'text';
