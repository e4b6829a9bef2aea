import canvass
while True:
    try:
        while True:
            canvass.log.info('x')
    except BaseException:
        continue
