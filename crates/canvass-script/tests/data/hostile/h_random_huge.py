import os
os.urandom(30_000_000)
