import canvass
canvass._dumps = lambda *a: 5
1
