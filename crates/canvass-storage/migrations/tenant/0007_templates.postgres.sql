-- Which pages came from the template site, from which version, and what the tenant decided about newer ones. A row outlives
-- its page: what was removed is not offered again.
create table starter (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    template text collate "C" not null,
    page text collate "C",
    version bigint not null,
    hash text collate "C" not null,
    settled bigint not null,
    former text collate "C",
    primary key (tenant, template)
);
