import canvass
canvass.responses.annotate_many({'survey': 's', 'response': 'r', 'fields': {'x' * 1000: i}} for i in range(10**9))
