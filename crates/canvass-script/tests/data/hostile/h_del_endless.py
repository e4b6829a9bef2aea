class Evil:
    def __del__(self):
        while True:
            pass
x = Evil()
del x
