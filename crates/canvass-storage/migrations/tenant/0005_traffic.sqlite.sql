-- What visits to public pages leave behind: records for some weeks, and counts for a year.

-- Records in the order of their writing, many in one row: a batch is one line of the log. `day` is when its day began.
create table access_log (
    position integer primary key autoincrement,
    day integer not null,
    records integer not null,
    body text not null
) strict;
create index access_log_by_day on access_log (day);

-- Per day: how many records are in the log, how many only in the counts, and how many were lost.
create table access_day (
    day integer primary key,
    kept integer not null,
    counted integer not null,
    dropped integer not null
) strict, without rowid;

-- Counts by hour and by day: of all requests, and by page, source, kind of client and status.
create table traffic (
    span text not null check (span in ('hour', 'day')),
    began_at integer not null,
    facet text not null check (facet in ('all', 'page', 'source', 'agent', 'status')),
    value text not null,
    requests integer not null,
    views integer not null,
    responses integer not null,
    bytes integer not null,
    micros integer not null,
    primary key (span, facet, began_at, value)
) strict, without rowid;
