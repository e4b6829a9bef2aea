text = 'a' * 5_000_000
while True:
    text.count('a' * 1000 + 'b')
