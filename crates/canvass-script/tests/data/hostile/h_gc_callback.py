import gc
gc.callbacks.append(lambda *a: [None for _ in iter(int, 1)])
gc.collect()
