class K:
    def __lt__(self, other):
        return True
while True:
    sorted([K()] * 100_000)
