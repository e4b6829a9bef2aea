-- What one tenant keeps: its people, surveys, pages, responses, summaries and log. The tenant is the file.
create table meta (
    name text primary key,
    value text not null
) strict, without rowid;

create table member (
    account text primary key,
    name text not null,
    email text not null,
    role text not null check (role in ('analyst', 'creator', 'administrator')),
    joined_at integer not null
) strict, without rowid;

create table survey (
    id text primary key,
    title text not null,
    status text not null check (status in ('draft', 'published', 'closed', 'archived')),
    status_since integer,
    closes_at integer,
    page text,
    revision integer not null,
    version integer not null,
    changed_since_published integer not null,
    responses integer not null,
    draft text not null,
    created_at integer not null,
    updated_at integer not null,
    trashed_at integer
) strict, without rowid;

-- Earlier drafts, for undo and for the notice of who changed what; the newest few only.
create table draft_history (
    survey text not null references survey (id) on delete cascade,
    revision integer not null,
    draft text not null,
    actor text not null,
    what text not null,
    made_at integer not null,
    primary key (survey, revision)
) strict, without rowid;

create table survey_version (
    survey text not null references survey (id) on delete cascade,
    version integer not null,
    definition text not null,
    published_at integer not null,
    primary key (survey, version)
) strict, without rowid;

create table page (
    page_key text primary key,
    native text not null,
    kind text not null check (kind in ('survey')),
    survey text not null references survey (id) on delete cascade,
    visibility text not null check (visibility in ('public', 'unlisted')),
    created_at integer not null
) strict, without rowid;

-- `position` is the order of application: what paging and exports walk along.
create table response (
    position integer primary key autoincrement,
    id text not null unique,
    survey text not null,
    version integer not null,
    received_at integer not null,
    source text not null,
    answers text not null
) strict;
create index response_by_survey on response (survey, position);

create table summary (
    survey text primary key references survey (id) on delete cascade,
    revision integer not null,
    body text not null
) strict, without rowid;

-- How far each intake has been applied here, in the same transaction as the rows.
create table applied (
    epoch text primary key,
    sequence integer not null
) strict, without rowid;

-- Answers to repeated creations over the API (`Idempotency-Key`).
create table idempotency (
    idempotency_key text primary key,
    fingerprint text not null,
    answer text not null,
    made_at integer not null
) strict, without rowid;

create table event (
    position integer primary key autoincrement,
    made_at integer not null,
    actor text not null,
    body text not null
) strict;
