-- A tenant's own fields for surveys, and what each survey has in them.

-- A removed field stays for a while, to be fetched back with its values; its id may be used again meanwhile, so values
-- hang on a key of their own.
create table field (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    field_key text collate "C" not null,
    id text collate "C" not null,
    place bigint not null,
    body text collate "C" not null,
    removed_at bigint,
    primary key (tenant, field_key)
);

create table survey_value (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    survey text collate "C" not null,
    field text collate "C" not null,
    value text collate "C" not null,
    primary key (tenant, survey, field),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade,
    foreign key (tenant, field) references field (tenant, field_key) on delete cascade
);
create index survey_value_by_field on survey_value (tenant, field, value);
