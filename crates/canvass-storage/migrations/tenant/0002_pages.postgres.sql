-- Pages of every kind: a page is known by its id, so that its address may change; what it serves is `kind` and `target`.
-- A survey's address stands with its page alone.
create table page_of_any_kind (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    page_key text collate "C" not null,
    native text collate "C" not null,
    title text collate "C" not null,
    kind text collate "C" not null,
    target text collate "C" not null,
    visibility text collate "C" not null,
    password_hash text collate "C",
    opens_at bigint,
    closes_at bigint,
    place bigint not null,
    revision bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    trashed_at bigint,
    primary key (tenant, id)
);

-- The fence would hide every row from the table's owner too, who speaks for no tenant here.
alter table page no force row level security;
insert into page_of_any_kind
    select tenant, survey, page_key, native, '', kind, survey, visibility, null, null, null, 0, 1, created_at, created_at, null
    from page;

drop table page;
alter table page_of_any_kind rename to page;
create unique index page_by_key on page (tenant, page_key) where trashed_at is null;
create index page_by_target on page (tenant, kind, target);
alter table survey drop column page;

-- A document's Markdown, apart from the rows that every look-up reads.
create table document (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    page text collate "C" not null,
    body text collate "C" not null,
    primary key (tenant, page),
    foreign key (tenant, page) references page (tenant, id) on delete cascade
);

-- Personal links to pages for invited people; the secret itself is kept by nobody.
create table invitation (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    hash bytea not null,
    id text collate "C" not null,
    page text collate "C" not null,
    label text collate "C" not null,
    created_at bigint not null,
    expires_at bigint,
    used_at bigint,
    primary key (tenant, hash),
    unique (tenant, id),
    foreign key (tenant, page) references page (tenant, id) on delete cascade
);
create index invitation_by_page on invitation (tenant, page, id);
