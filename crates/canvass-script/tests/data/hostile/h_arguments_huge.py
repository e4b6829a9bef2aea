import canvass
canvass.store.put('k', 'x' * 20_000_000)
