-- What a tenant uploads.
create table file (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    name text collate "C" not null,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    trashed_at bigint,
    primary key (tenant, id)
);

-- What a file is made of: the highest version is what it is now, the one before is kept for undo.
create table file_content (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    file text collate "C" not null,
    version bigint not null,
    media text collate "C" not null,
    bytes bigint not null,
    sha256 text collate "C" not null,
    scan text collate "C" not null check (scan in ('unscanned', 'clean', 'infected')),
    signature text collate "C",
    trouble text collate "C",
    actor text collate "C" not null,
    made_at bigint not null,
    primary key (tenant, id),
    foreign key (tenant, file) references file (tenant, id) on delete cascade
);
create unique index file_content_by_file on file_content (tenant, file, version);
create index file_content_by_scan on file_content (tenant, scan, made_at);

-- The bytes of contents in pieces of one size; the embedded store has files for them. Nothing points here, so that a
-- content on its way in needs no row yet: what nothing names is swept.
create table file_chunk (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    content text collate "C" not null,
    nth bigint not null,
    bytes bytea not null,
    primary key (tenant, content, nth)
);
-- Out of line and as they are: most files are compressed already, and parts are read from the middle.
alter table file_chunk alter column bytes set storage external;
