-- Pages of every kind: a page is known by its id, so that its address may change; what it serves is `kind` and `target`.
-- A survey's address stands with its page alone.
create table page_of_any_kind (
    id text primary key,
    page_key text not null,
    native text not null,
    title text not null,
    kind text not null,
    target text not null,
    visibility text not null,
    password_hash text,
    opens_at integer,
    closes_at integer,
    place integer not null,
    revision integer not null,
    created_at integer not null,
    updated_at integer not null,
    trashed_at integer
) strict, without rowid;

insert into page_of_any_kind
    select survey, page_key, native, '', kind, survey, visibility, null, null, null, 0, 1, created_at, created_at, null
    from page;

drop table page;
alter table page_of_any_kind rename to page;
create unique index page_by_key on page (page_key) where trashed_at is null;
create index page_by_target on page (kind, target);
alter table survey drop column page;

-- A document's Markdown, apart from the rows that every look-up reads.
create table document (
    page text primary key references page (id) on delete cascade,
    body text not null
) strict, without rowid;

-- Personal links to pages for invited people; the secret itself is kept by nobody.
create table invitation (
    hash blob primary key,
    id text not null unique,
    page text not null references page (id) on delete cascade,
    label text not null,
    created_at integer not null,
    expires_at integer,
    used_at integer
) strict, without rowid;
create index invitation_by_page on invitation (page, id);
