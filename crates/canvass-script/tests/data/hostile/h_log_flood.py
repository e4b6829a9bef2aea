import canvass
while True:
    canvass.log.error('x' * 100_000)
