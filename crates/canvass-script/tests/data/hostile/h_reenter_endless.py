import _canvass_app, json
order = json.dumps({"function": None, "argument": None, "context": {}, "now_ms": 0, "seed": 1})
source = 'import _canvass_app, json\nx = __import__("builtins").state\n_canvass_app.WitWorld().run(("x", x[0], None), [], x[1])'
__import__("builtins").state = (source, order)
exec(source)
