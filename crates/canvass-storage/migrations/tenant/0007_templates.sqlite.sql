-- Which pages came from the template site, from which version, and what the tenant decided about newer ones. A row outlives
-- its page: what was removed is not offered again.
create table starter (
    template text primary key,
    page text,
    version integer not null,
    hash text not null,
    settled integer not null,
    former text
) strict, without rowid;
