-- What one tenant keeps: its people, surveys, pages, responses, summaries and log. All tenants share these tables; the
-- tenant stands first in every key, comes from the session, and is fenced off by row-level security (`fence.postgres.sql`).
-- Texts compare byte by byte (`collate "C"`), so that every order is the embedded store's order.

-- One row per tenant, locked by whoever writes: writers of one tenant take turns, as they do for a file.
create table writer (
    tenant text collate "C" not null default current_setting('canvass.tenant') primary key
);

create table meta (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    name text collate "C" not null,
    value text collate "C" not null,
    primary key (tenant, name)
);

create table member (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    account text collate "C" not null,
    name text collate "C" not null,
    email text collate "C" not null,
    role text collate "C" not null check (role in ('analyst', 'creator', 'administrator')),
    joined_at bigint not null,
    primary key (tenant, account)
);

create table survey (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    title text collate "C" not null,
    status text collate "C" not null check (status in ('draft', 'published', 'closed', 'archived')),
    status_since bigint,
    closes_at bigint,
    page text collate "C",
    revision bigint not null,
    version bigint not null,
    changed_since_published bigint not null,
    responses bigint not null,
    draft text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    trashed_at bigint,
    primary key (tenant, id)
);

-- Earlier drafts, for undo and for the notice of who changed what; the newest few only.
create table draft_history (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    survey text collate "C" not null,
    revision bigint not null,
    draft text collate "C" not null,
    actor text collate "C" not null,
    what text collate "C" not null,
    made_at bigint not null,
    primary key (tenant, survey, revision),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);

create table survey_version (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    survey text collate "C" not null,
    version bigint not null,
    definition text collate "C" not null,
    published_at bigint not null,
    primary key (tenant, survey, version),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);

create table page (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    page_key text collate "C" not null,
    native text collate "C" not null,
    kind text collate "C" not null check (kind in ('survey')),
    survey text collate "C" not null,
    visibility text collate "C" not null check (visibility in ('public', 'unlisted')),
    created_at bigint not null,
    primary key (tenant, page_key),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);
create index page_by_survey on page (tenant, survey);

-- `position` is the order of application: what paging and exports walk along.
create table response (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    position bigint generated always as identity,
    id text collate "C" not null,
    survey text collate "C" not null,
    version bigint not null,
    received_at bigint not null,
    source text collate "C" not null,
    answers text collate "C" not null,
    primary key (tenant, position),
    unique (tenant, id)
);
create index response_by_survey on response (tenant, survey, position);

create table summary (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    survey text collate "C" not null,
    revision bigint not null,
    body text collate "C" not null,
    primary key (tenant, survey),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);

-- Answers to repeated creations over the API (`Idempotency-Key`).
create table idempotency (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    idempotency_key text collate "C" not null,
    fingerprint text collate "C" not null,
    answer text collate "C" not null,
    made_at bigint not null,
    primary key (tenant, idempotency_key)
);

create table event (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    position bigint generated always as identity,
    made_at bigint not null,
    actor text collate "C" not null,
    body text collate "C" not null,
    primary key (tenant, position)
);
