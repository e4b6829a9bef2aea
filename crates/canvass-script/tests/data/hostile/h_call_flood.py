import canvass
while True:
    canvass.store.get('x')
