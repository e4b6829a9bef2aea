import os
while True:
    os.urandom(60_000)
