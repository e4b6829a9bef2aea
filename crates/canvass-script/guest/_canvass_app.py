"""Where the interpreter is entered: this file is about the two functions that a script host calls.

Whatever is imported here is part of the component's snapshot: it costs a run nothing, and what is missing here cannot be
imported at all, for a run has no file system.
"""

import gc

import wit_world
from componentize_py_types import Err

import _canvass_snapshot
import _canvass_run


class WitWorld(wit_world.WitWorld):
    def check(self, name, source):
        try:
            return _canvass_run.checked(name, source)
        except SyntaxError as error:
            raise Err((type(error).__name__, error.msg, error.lineno or None, error.offset or None))
        except (MemoryError, RecursionError, OverflowError, ValueError) as error:
            raise Err((type(error).__name__, str(error), None, None))

    def run(self, script, modules, order):
        named = _canvass_run.Script
        return _canvass_run.run(named(*script), [named(*it) for it in modules], order)


# What the snapshot holds is never garbage: a run's collector neither walks it nor writes into its pages.
gc.collect()
gc.freeze()
