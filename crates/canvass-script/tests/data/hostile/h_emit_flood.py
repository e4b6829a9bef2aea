import wit_world
text = 'x' * 5_000_000
while True:
    wit_world.emit(text)
