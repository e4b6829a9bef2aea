-- A tenant's own fields for surveys, and what each survey has in them.

-- A removed field stays for a while, to be fetched back with its values; its id may be used again meanwhile, so values
-- hang on a key of their own.
create table field (
    field_key text primary key,
    id text not null,
    place integer not null,
    body text not null,
    removed_at integer
) strict, without rowid;

create table survey_value (
    survey text not null references survey (id) on delete cascade,
    field text not null references field (field_key) on delete cascade,
    value text not null,
    primary key (survey, field)
) strict, without rowid;
create index survey_value_by_field on survey_value (field, value);
