import sys
def hook(*a):
    while True:
        pass
sys.addaudithook(hook)
open('x')
