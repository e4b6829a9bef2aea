-- A tenant's own programs: what they are, what they were, what became of each run, and what they keep.
create table script (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    id text collate "C" not null,
    name text collate "C" not null,
    title text collate "C" not null,
    trigger_kind text collate "C" not null check (trigger_kind in ('manual', 'page', 'validate', 'responded', 'schedule', 'module')),
    survey text collate "C",
    settings text collate "C" not null,
    switch text collate "C" not null check (switch in ('on', 'off')),
    stopped_by_operator text collate "C",
    revision bigint not null,
    live bigint,
    changed_since_published bigint not null,
    draft text collate "C" not null,
    created_at bigint not null,
    updated_at bigint not null,
    primary key (tenant, id),
    unique (tenant, name)
);
create index script_by_trigger on script (tenant, trigger_kind, survey);

-- `program` is what the sandbox made of the source, good only for the component it names.
create table script_version (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    script text collate "C" not null,
    number bigint not null,
    source text collate "C" not null,
    program bytea,
    component text collate "C",
    functions text collate "C" not null,
    actor text collate "C" not null,
    note text collate "C" not null,
    published_at bigint not null,
    primary key (tenant, script, number),
    foreign key (tenant, script) references script (tenant, id) on delete cascade
);

create table script_test (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    script text collate "C" not null,
    id text collate "C" not null,
    place bigint not null,
    name text collate "C" not null,
    given text collate "C" not null,
    parameters text collate "C" not null,
    expectation text collate "C" not null,
    primary key (tenant, script, id),
    foreign key (tenant, script) references script (tenant, id) on delete cascade
);

-- Runs stay when their script is deleted, until their own time has come.
create table script_run (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    position bigint generated always as identity,
    id text collate "C" not null,
    script text collate "C" not null,
    version bigint,
    cause text collate "C" not null,
    began_at bigint not null,
    outcome text collate "C" not null,
    cpu_us bigint not null,
    fuel bigint not null,
    wall_us bigint not null,
    memory_peak_bytes bigint not null,
    host_calls bigint not null,
    failure text collate "C",
    output text collate "C" not null,
    output_truncated bigint not null,
    log text collate "C" not null,
    primary key (tenant, position),
    unique (tenant, id)
);
create index script_run_by_script on script_run (tenant, script, position);
create index script_run_by_age on script_run (tenant, began_at);

create table script_secret (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    name text collate "C" not null,
    sealed bytea not null,
    updated_at bigint not null,
    primary key (tenant, name)
);

create table script_value (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    value_key text collate "C" not null,
    value text collate "C" not null,
    updated_at bigint not null,
    primary key (tenant, value_key)
);

-- How far a hook has come in the responses of its survey, or when a schedule is due; and whether it goes on.
create table script_hook (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    script text collate "C" not null,
    position bigint not null,
    batch bigint not null,
    since bigint not null,
    due_at bigint,
    failures bigint not null,
    retry_at bigint,
    stopped_at bigint,
    run text collate "C",
    primary key (tenant, script),
    foreign key (tenant, script) references script (tenant, id) on delete cascade
);

-- What a script has noted of a response, beside its answers.
create table annotation (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    response text collate "C" not null,
    script text collate "C" not null,
    survey text collate "C" not null,
    fields text collate "C" not null,
    tags text collate "C" not null,
    updated_at bigint not null,
    primary key (tenant, response, script),
    foreign key (tenant, response) references response (tenant, id) on delete cascade
);

-- Which fields the responses of a survey have besides their answers: the columns of an export.
create table annotation_field (
    tenant text collate "C" not null default current_setting('canvass.tenant'),
    survey text collate "C" not null,
    field text collate "C" not null,
    primary key (tenant, survey, field),
    foreign key (tenant, survey) references survey (tenant, id) on delete cascade
);
