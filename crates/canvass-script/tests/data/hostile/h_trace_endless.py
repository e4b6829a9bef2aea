import sys
def trace(*a):
    return trace
sys.settrace(trace)
while True:
    x = 1
