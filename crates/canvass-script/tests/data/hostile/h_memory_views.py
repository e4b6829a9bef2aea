views = []
while True:
    views.append(memoryview(bytearray(1_000_000)))
