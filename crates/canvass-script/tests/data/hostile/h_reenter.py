import _canvass_app
source = 'import _canvass_app\n_canvass_app.WitWorld().run(("x", source, None), [], "{}")'
_canvass_app.WitWorld().run(('x', 'import sys\nsys.exit(1)', None), [], '{"function": null, "argument": null, "context": {}, "now_ms": 0, "seed": 1}')
