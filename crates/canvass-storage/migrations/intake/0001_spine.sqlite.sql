-- What one lane of the intake keeps: accepted responses, in frames, until their tenants' files hold them for sure.
create table meta (
    id integer primary key check (id = 1),
    epoch text not null,
    next_sequence integer not null
) strict;

-- `sequence` is that of the first record. `bytes` is the size before compression.
create table frame (
    sequence integer primary key,
    records integer not null,
    bytes integer not null,
    accepted_at integer not null,
    crc integer not null,
    body blob not null
) strict;

-- Frames that could not be read: kept for a person to look at, in nobody's way.
create table damaged (
    sequence integer primary key,
    records integer not null,
    bytes integer not null,
    accepted_at integer not null,
    crc integer not null,
    body blob not null,
    reason text not null
) strict;
