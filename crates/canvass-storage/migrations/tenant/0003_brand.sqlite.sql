-- How the public pages look: what holds now, and what held before the last change, for undo.
create table brand (
    slot text primary key check (slot in ('current', 'previous', 'between')),
    theme text not null,
    css text not null,
    sheet text not null,
    sheet_hash text not null,
    logo blob,
    logo_hash text,
    logo_width integer,
    logo_height integer,
    updated_at integer not null
) strict;
