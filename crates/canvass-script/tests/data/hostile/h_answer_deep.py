a = []
for _ in range(500):
    a = [a]
a
