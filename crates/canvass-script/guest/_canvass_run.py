"""A run: this file is about compiling a script, calling what its trigger calls, and telling how it ended.

The script shares this interpreter and can change everything in it, this file included. Nothing here guards the server:
an answer that makes no sense is one more way for a script to fail, and the instance ends with its run.
"""

import ast
import builtins
import collections
import importlib.abc
import importlib.machinery
import io
import json
import linecache
import marshal
import sys
import traceback
import types
import warnings

import wit_world

import canvass

TRIGGERS = ("page", "validate", "responded")
VARIABLES = {"page": "request", "validate": "response", "responded": "responses"}
MESSAGE_CHARS_MAX = 4_000
TRACEBACK_CHARS_MAX = 100_000
# How much is printed before it goes to the host.
OUTPUT_PIECE = 8_192

# Files whose frames are ours: no traceback shows them.
_OURS = {_function.__code__.co_filename for _function in (canvass.now, lambda: None)}


# A script's name in Python, its text, and its byte code where that is at hand.
Script = collections.namedtuple("Script", "name source code")


def filename(name):
    return f"{name}.py"


def checked(name, source):
    """The byte code of a script and the triggers' functions it defines."""
    tree, body, last = _compiled(source, filename(name))
    return marshal.dumps((body, last)), [it for it in TRIGGERS if it in _defined(tree)]


def _compiled(source, file):
    with warnings.catch_warnings(action="ignore"):
        tree = ast.parse(source, file)
        last = None
        whole = tree
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            whole = ast.Module(tree.body[:-1], tree.type_ignores)
            last = compile(ast.Expression(tree.body[-1].value), file, "eval", dont_inherit=True)
        return tree, compile(whole, file, "exec", dont_inherit=True), last


def _defined(tree):
    names = set()
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names.update(it.id for it in statement.targets if isinstance(it, ast.Name))
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            names.update(it.asname or it.name for it in statement.names)
    return names


class _Output(io.TextIOBase):
    """Where a script prints to: pieces of text that go to the host."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self):
        self._pieces = []
        self._length = 0

    def writable(self):
        return True

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._pieces.append(text)
        self._length += len(text)
        if self._length >= OUTPUT_PIECE:
            self.flush()
        return len(text)

    def flush(self):
        if self._pieces:
            text = "".join(self._pieces)
            self._pieces = []
            self._length = 0
            wit_world.emit(canvass._text(text))


class _Modules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the tenant's other scripts, which are imported by their names."""

    def __init__(self, modules):
        self._modules = {it.name: it for it in modules}

    def find_spec(self, name, path, target=None):
        if path is None and name in self._modules:
            return importlib.machinery.ModuleSpec(name, self, origin=filename(name))
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        found = self._modules[module.__name__]
        module.__file__ = filename(found.name)
        _remember(module.__file__, found.source)
        body, last = _code(found, module.__file__)
        exec(body, module.__dict__)
        if last is not None:
            eval(last, module.__dict__)


def _remember(file, source):
    """Keeps the lines of a script for tracebacks."""
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)


def _code(script, file):
    if script.code is None:
        return _compiled(script.source, file)[1:]
    return marshal.loads(script.code)


def run(script, modules, order, dumps=json.dumps):
    output = sys.stdout = sys.stderr = _Output()
    file = filename(script.name)
    try:
        order = canvass._loads(order)
        canvass._begin(order)
        for module in modules:
            sys.modules.pop(module.name, None)
        sys.meta_path.insert(0, _Modules(modules))
        _remember(file, script.source)
        answer = '{"ok":true,"result":' + _answer(script, order, file) + "}"
    except BaseException as error:
        answer = canvass._text(dumps({"ok": False, **_failure(error, file)}, ensure_ascii=False))
    try:
        output.flush()
    except BaseException:
        pass
    return answer


def _answer(script, order, file):
    """What the script answers, as JSON."""
    function, argument = order["function"], order["argument"]
    main = types.ModuleType("__main__")
    main.__file__ = file
    main.__builtins__ = builtins
    sys.modules["__main__"] = main
    names = main.__dict__
    if function is not None:
        names[VARIABLES[function]] = argument
    if function == "page":
        canvass.context["request"] = argument
    body, last = _code(script, file)
    exec(body, names)
    value = eval(last, names) if last is not None else None
    if function is not None and callable(names.get(function)):
        value = names[function](argument)
    elif "result" in names and (last is None or value is None):
        value = names["result"]
    if isinstance(value, types.CoroutineType):
        import asyncio

        value = asyncio.run(value)
    if function == "page":
        value = _page(value)
    return canvass._dumps(value, _shown if function is None and last is not None else canvass._plain)


def _shown(value):
    """What a script that ends with a value shows of it where JSON has nothing for it, as an interpreter does."""
    try:
        return canvass._plain(value)
    except TypeError:
        return repr(value)


def _page(value):
    """What a page answers, as a response."""
    if isinstance(value, canvass.Response):
        return value
    if isinstance(value, str):
        return canvass.Response(value)
    if isinstance(value, (dict, list)):
        return canvass.json(value)
    raise TypeError(
        f"a page answers with a text, canvass.Response, canvass.json or canvass.redirect, not {type(value).__name__}"
    )


def _failure(error, file):
    kind = type(error).__name__
    try:
        message = str(error)[:MESSAGE_CHARS_MAX]
    except BaseException:
        message = ""
    line = error.lineno if isinstance(error, SyntaxError) and error.filename == file else None
    try:
        told = traceback.TracebackException.from_exception(error)
        if line is None:
            lines = [frame.lineno for frame in told.stack if frame.filename == file]
            line = lines[-1] if lines else None
        _hide_ours(told)
        text = "".join(told.format())[:TRACEBACK_CHARS_MAX]
    except BaseException as second:
        text = f"{kind}: {message}\n(no traceback: {type(second).__name__})\n"
    return {"kind": kind, "message": message, "line": line, "traceback": text}


def _hide_ours(told, depth=20):
    """Takes our frames out of a traceback, and out of those of the exceptions behind it."""
    if told is None or depth == 0:
        return
    told.stack[:] = [frame for frame in told.stack if frame.filename not in _OURS]
    _hide_ours(told.__cause__, depth - 1)
    _hide_ours(told.__context__, depth - 1)
    for member in told.exceptions or ():
        _hide_ours(member, depth - 1)
