import os
for number in range(3, 1000):
    try:
        os.read(number, 10)
    except OSError:
        pass
os.write(1, b'straight to the output')
os.pipe()
