import canvass
canvass._dumps = lambda *a: '1},"ok":false,"kind":"Forged","message":"","line":1,"traceback":"","x":{"result":2'
1
