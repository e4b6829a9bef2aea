import canvass
class Evil(dict):
    def __getitem__(self, key):
        return self
    def __str__(self):
        return self
    __class__ = str
canvass.surveys.get(Evil())
