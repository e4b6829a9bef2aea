import canvass
canvass._call('store.get', key='x', tenant='contoso')
