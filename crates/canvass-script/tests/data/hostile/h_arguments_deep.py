import canvass
a = []
for _ in range(100_000):
    a = [a]
canvass.store.put('k', a)
