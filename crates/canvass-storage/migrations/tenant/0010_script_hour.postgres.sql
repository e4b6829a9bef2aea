-- How much work a tenant's scripts have done, hour by hour: what is left of the hour's allowance follows from it.
create table script_hour (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    hour bigint not null,
    fuel bigint not null,
    primary key (tenant, hour)
);
