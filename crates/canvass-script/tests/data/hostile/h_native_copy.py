a = bytearray(20_000_000)
while True:
    a[:] = bytes(a)
