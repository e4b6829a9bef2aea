while True:
    bytes(20_000_000)
