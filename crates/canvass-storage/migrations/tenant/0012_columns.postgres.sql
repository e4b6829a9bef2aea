-- Responses that are no longer fresh are kept by thousands, column by column: a count then reads the columns it asks for,
-- and nothing else. `docs/columns.md` describes what the bodies hold.
create table chunk (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    number bigint generated always as identity,
    survey text collate "C" not null,
    first_position bigint not null,
    last_position bigint not null,
    responses bigint not null,
    head bytea not null,
    primary key (tenant, number),
    unique (tenant, survey, last_position)
);

create table chunk_part (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    chunk bigint not null,
    name text collate "C" not null,
    first_row bigint not null,
    last_row bigint not null,
    body bytea not null,
    primary key (tenant, chunk, name, first_row),
    foreign key (tenant, chunk) references chunk (tenant, number) on delete cascade
);
-- They are compressed already.
alter table chunk alter column head set storage external;
alter table chunk_part alter column body set storage external;

-- In which chunk a response is. Without a reference: a chunk's removal would search all of it for each chunk.
create table sealed (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id bytea not null,
    chunk bigint not null,
    primary key (tenant, id)
);

-- What is noted of a response stays when its row moves into a chunk, and is removed with the response by the query.
alter table annotation drop constraint annotation_tenant_response_fkey;
