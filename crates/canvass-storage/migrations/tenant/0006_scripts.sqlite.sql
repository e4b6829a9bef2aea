-- A tenant's own programs: what they are, what they were, what became of each run, and what they keep.
create table script (
    id text primary key,
    name text not null unique,
    title text not null,
    trigger_kind text not null check (trigger_kind in ('manual', 'page', 'validate', 'responded', 'schedule', 'module')),
    survey text,
    settings text not null,
    switch text not null check (switch in ('on', 'off')),
    stopped_by_operator text,
    revision integer not null,
    live integer,
    changed_since_published integer not null,
    draft text not null,
    created_at integer not null,
    updated_at integer not null
) strict, without rowid;
create index script_by_trigger on script (trigger_kind, survey);

-- `program` is what the sandbox made of the source, good only for the component it names.
create table script_version (
    script text not null references script (id) on delete cascade,
    number integer not null,
    source text not null,
    program blob,
    component text,
    functions text not null,
    actor text not null,
    note text not null,
    published_at integer not null,
    primary key (script, number)
) strict, without rowid;

create table script_test (
    script text not null references script (id) on delete cascade,
    id text not null,
    place integer not null,
    name text not null,
    given text not null,
    parameters text not null,
    expectation text not null,
    primary key (script, id)
) strict, without rowid;

-- Runs stay when their script is deleted, until their own time has come.
create table script_run (
    position integer primary key autoincrement,
    id text not null unique,
    script text not null,
    version integer,
    cause text not null,
    began_at integer not null,
    outcome text not null,
    cpu_us integer not null,
    fuel integer not null,
    wall_us integer not null,
    memory_peak_bytes integer not null,
    host_calls integer not null,
    failure text,
    output text not null,
    output_truncated integer not null,
    log text not null
) strict;
create index script_run_by_script on script_run (script, position);
create index script_run_by_age on script_run (began_at);

create table script_secret (
    name text primary key,
    sealed blob not null,
    updated_at integer not null
) strict, without rowid;

create table script_value (
    value_key text primary key,
    value text not null,
    updated_at integer not null
) strict, without rowid;

-- How far a hook has come in the responses of its survey, or when a schedule is due; and whether it goes on.
create table script_hook (
    script text primary key references script (id) on delete cascade,
    position integer not null,
    batch integer not null,
    since integer not null,
    due_at integer,
    failures integer not null,
    retry_at integer,
    stopped_at integer,
    run text
) strict, without rowid;

-- What a script has noted of a response, beside its answers.
create table annotation (
    response text not null references response (id) on delete cascade,
    script text not null,
    survey text not null,
    fields text not null,
    tags text not null,
    updated_at integer not null,
    primary key (response, script)
) strict, without rowid;

-- Which fields the responses of a survey have besides their answers: the columns of an export.
create table annotation_field (
    survey text not null references survey (id) on delete cascade,
    field text not null,
    primary key (survey, field)
) strict, without rowid;
