def stubborn():
    while True:
        try:
            yield
        except BaseException:
            pass
g = stubborn()
next(g)
g.close()
