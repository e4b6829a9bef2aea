import canvass
canvass._dumps = lambda *a: 'nonsense'
1
