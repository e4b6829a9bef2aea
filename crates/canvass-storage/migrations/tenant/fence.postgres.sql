-- Puts the fence between tenants around every table of theirs that has none yet. It runs after every migration, in the
-- same transaction, so that no table can be forgotten; one without a tenant column is refused here.
do $fence$
declare
    unfenced record;
begin
    for unfenced in
        select c.oid::regclass as name
        from pg_catalog.pg_class c
        where c.relnamespace = 'canvass_tenants'::regnamespace and c.relkind in ('r', 'p')
            and not exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid)
    loop
        execute format('alter table %s enable row level security', unfenced.name);
        execute format('alter table %s force row level security', unfenced.name);
        execute format(
            'create policy tenant on %s using (tenant = nullif(current_setting(''canvass.tenant'', true), ''''))'
            ' with check (tenant = nullif(current_setting(''canvass.tenant'', true), ''''))',
            unfenced.name
        );
    end loop;
end
$fence$;
