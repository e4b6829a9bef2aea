-- Responses that are no longer fresh are kept by thousands, column by column: a count then reads the columns it asks for,
-- and nothing else. `docs/columns.md` describes what the bodies hold.
create table chunk (
    number integer primary key autoincrement,
    survey text not null,
    first_position integer not null,
    last_position integer not null,
    responses integer not null,
    head blob not null
) strict;
create unique index chunk_by_survey on chunk (survey, last_position);

create table chunk_part (
    chunk integer not null references chunk (number) on delete cascade,
    name text not null,
    first_row integer not null,
    last_row integer not null,
    body blob not null,
    primary key (chunk, name, first_row)
) strict;

-- In which chunk a response is. Without a reference: a chunk's removal would search all of it for each chunk.
create table sealed (
    id blob primary key,
    chunk integer not null
) strict, without rowid;

-- What is noted of a response stays when its row moves into a chunk, and is removed with the response by the query.
create table annotation_kept (
    response text not null,
    script text not null,
    survey text not null,
    fields text not null,
    tags text not null,
    updated_at integer not null,
    primary key (response, script)
) strict, without rowid;
insert into annotation_kept (response, script, survey, fields, tags, updated_at)
    select response, script, survey, fields, tags, updated_at from annotation;
drop table annotation;
alter table annotation_kept rename to annotation;
