-- How much work a tenant's scripts have done, hour by hour: what is left of the hour's allowance follows from it.
create table script_hour (
    hour integer not null primary key,
    fuel integer not null
) strict;
