-- How the public pages look: what holds now, and what held before the last change, for undo.
create table brand (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    slot text collate "C" not null check (slot in ('current', 'previous', 'between')),
    theme text collate "C" not null,
    css text collate "C" not null,
    sheet text collate "C" not null,
    sheet_hash text collate "C" not null,
    logo bytea,
    logo_hash text collate "C",
    logo_width bigint,
    logo_height bigint,
    updated_at bigint not null,
    primary key (tenant, slot)
);
