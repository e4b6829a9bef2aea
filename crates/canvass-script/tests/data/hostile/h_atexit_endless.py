import atexit
@atexit.register
def stay():
    while True:
        pass
'done'
