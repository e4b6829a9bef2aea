-- What visits to public pages leave behind: records for some weeks, and counts for a year.

-- Records in the order of their writing, many in one row: a batch is one line of the log. `day` is when its day began.
create table access_log (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    position bigint generated always as identity,
    day bigint not null,
    records bigint not null,
    body text collate "C" not null,
    primary key (tenant, position)
);
create index access_log_by_day on access_log (tenant, day);

-- Per day: how many records are in the log, how many only in the counts, and how many were lost.
create table access_day (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    day bigint not null,
    kept bigint not null,
    counted bigint not null,
    dropped bigint not null,
    primary key (tenant, day)
);

-- Counts by hour and by day: of all requests, and by page, source, kind of client and status.
create table traffic (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    span text collate "C" not null check (span in ('hour', 'day')),
    began_at bigint not null,
    facet text collate "C" not null check (facet in ('all', 'page', 'source', 'agent', 'status')),
    value text collate "C" not null,
    requests bigint not null,
    views bigint not null,
    responses bigint not null,
    bytes bigint not null,
    micros bigint not null,
    primary key (tenant, span, facet, began_at, value)
);
