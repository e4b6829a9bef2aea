import select, time
time.sleep(0)
select.select([], [], [], 3600)
