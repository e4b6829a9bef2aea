import wit_world
for call in (lambda: wit_world.call(1, None), lambda: wit_world.call(b'store.get', '{}'), lambda: wit_world.emit(7)):
    try:
        call()
    except BaseException as error:
        last = error
raise last
