import marshal
good = marshal.dumps(compile('x = [1, 2, 3]\nprint(x)', 'x', 'exec'))
for at in range(len(good)):
    for value in (0, 127, 255):
        try:
            exec(marshal.loads(good[:at] + bytes([value]) + good[at + 1:]), {})
        except Exception:
            pass
