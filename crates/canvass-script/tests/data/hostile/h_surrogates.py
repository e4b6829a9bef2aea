import canvass
print('\ud800 half')
canvass.log.info('\udfff half')
try:
    canvass.store.put('\ud800', '\udfff')
except canvass.HostError:
    pass
'\ud800'
