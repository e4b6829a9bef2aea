-- What a tenant uploads. The bytes lie beside this file, each content under its own name.
create table file (
    id text primary key,
    name text not null,
    revision integer not null,
    created_at integer not null,
    updated_at integer not null,
    trashed_at integer
) strict, without rowid;

-- What a file is made of: the highest version is what it is now, the one before is kept for undo.
create table file_content (
    id text primary key,
    file text not null references file (id) on delete cascade,
    version integer not null,
    media text not null,
    bytes integer not null,
    sha256 text not null,
    scan text not null check (scan in ('unscanned', 'clean', 'infected')),
    signature text,
    trouble text,
    actor text not null,
    made_at integer not null
) strict, without rowid;
create unique index file_content_by_file on file_content (file, version);
create index file_content_by_scan on file_content (scan, made_at);
