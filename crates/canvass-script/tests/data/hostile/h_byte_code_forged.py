def f():
    pass
code = bytes([100, 255] * 2000)
f.__code__ = f.__code__.replace(co_code=code, co_stacksize=1)
f()
