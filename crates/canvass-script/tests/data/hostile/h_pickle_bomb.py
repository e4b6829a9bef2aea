import pickle
data = b'\x80\x04' + b'](' * 0 + b']q\x00' + b'(h\x00h\x00h\x00h\x00e' * 100_000 + b'.'
x = pickle.loads(data)
while True:
    pickle.loads(pickle.dumps(list(range(100_000))))
