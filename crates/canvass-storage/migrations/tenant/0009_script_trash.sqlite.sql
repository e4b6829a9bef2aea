-- A script that is thrown away waits in the trash, under its name, until somebody restores it or its time has come.
alter table script add column trashed_at integer;
