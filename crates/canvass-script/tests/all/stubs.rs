//! The type stubs: these tests are about `canvass.pyi` saying what the module in the guest is, no more and no less.

use canvass_script::{Order, component};
use serde_json::{Value, json};

use crate::support::{Desk, order, sandbox};

/// Compares stubs, which it reads as Python, with the module it imports; answers every difference in words.
const COMPARE: &str = r#"
import ast, inspect, types
import canvass

tree = ast.parse(canvass.context.parameters["stubs"])
found = []

def public(name):
    return not name.startswith("_") or name == "__version__"

def functions(node):
    return {it.name: it for it in node.body if isinstance(it, ast.FunctionDef)}

def fields(node):
    return {it.target.id for it in node.body if isinstance(it, ast.AnnAssign) and it.simple}

def stubbed(node):
    given, rest = node.args, []
    positional = given.posonlyargs + given.args
    first = len(positional) - len(given.defaults)
    for place, it in enumerate(positional):
        default = given.defaults[place - first] if first <= place else None
        rest.append((it.arg, "positional", default and ast.literal_eval(default), default is not None))
    if given.vararg:
        rest.append((given.vararg.arg, "rest", None, False))
    for it, default in zip(given.kwonlyargs, given.kw_defaults):
        rest.append((it.arg, "named", default and ast.literal_eval(default), default is not None))
    if given.kwarg:
        rest.append((given.kwarg.arg, "others", None, False))
    return rest

KINDS = {"POSITIONAL_OR_KEYWORD": "positional", "POSITIONAL_ONLY": "positional", "VAR_POSITIONAL": "rest",
         "KEYWORD_ONLY": "named", "VAR_KEYWORD": "others"}

def real(function):
    return [(it.name, KINDS[it.kind.name], None if it.default is it.empty else it.default, it.default is not it.empty)
            for it in inspect.signature(function).parameters.values()]

def compare(where, stub, function):
    if stubbed(stub) != real(function):
        found.append(f"{where}: the stubs say {stubbed(stub)}, the module {real(function)}")

classes = {it.name: it for it in tree.body if isinstance(it, ast.ClassDef)}
values = {it.target.id: it.annotation.id if isinstance(it.annotation, ast.Name) else None
          for it in tree.body if isinstance(it, ast.AnnAssign)}
# What is only a shape of a dictionary has no class in the module.
shapes = {name for name, it in classes.items() if name != "Record" and any(getattr(b, "id", "") == "Record" for b in it.bases)}

said = {name for name in [*functions(tree), *values, *classes] if public(name)} - shapes
there = {name for name in vars(canvass) if public(name)}
found += [f"{name} is in the stubs alone" for name in sorted(said - there)]
found += [f"{name} is in the module alone" for name in sorted(there - said)]
for name, stub in functions(tree).items():
    if callable(getattr(canvass, name, None)):
        compare(name, stub, getattr(canvass, name))
for name, node in classes.items():
    if name in shapes or not hasattr(canvass, name):
        continue
    live = getattr(canvass, name)
    stubs, methods = functions(node), {k: v for k, v in vars(live).items() if isinstance(v, types.FunctionType)}
    known = {it for it in methods if not it.startswith("_")}
    if {it for it in stubs if not it.startswith("_")} != known or set(stubs) - set(methods):
        found.append(f"{name}: the stubs have {sorted(stubs)}, the module {sorted(known)}")
    for method in set(stubs) & set(methods):
        compare(f"{name}.{method}", stubs[method], methods[method])
if set(vars(canvass.Response())) != fields(classes["Response"]):
    found.append("the attributes of Response differ")
found
"#;

fn comparison(stubs: &str) -> Order {
    let mut order = order(COMPARE);
    order.context["parameters"] = json!({ "stubs": stubs });
    order
}

#[tokio::test]
async fn the_stubs_say_what_the_module_is() {
    let sandbox = sandbox().await;
    let compare = async |stubs: &str| {
        let report = sandbox.run(comparison(stubs), &mut Desk::default()).await;
        report.outcome.unwrap_or_else(|it| panic!("{it:?}"))
    };
    assert_eq!(compare(component::STUBS).await, json!([]));

    // And it is noticed when they do not.
    for (was, is, what) in [
        ("def refuse(question: str, message: str)", "def refuse(question: str)", "refuse: the stubs say"),
        ("def redirect(page: str)", "def lead(page: str)", "lead is in the stubs alone"),
        ("def put(self, key: str, value: Any)", "def put(self, key: str, value: Any = None)", "_Store.put"),
        ("def delete(self, key: str) -> None: ...", "", "_Store: the stubs have"),
        ("log: _Log", "logs: _Log", "log is in the module alone"),
        ("status: int = 200, type", "status: int = 201, type", "Response.__init__"),
        ("        *,\n        since", "        since", "_Responses.iterate"),
    ] {
        assert!(component::STUBS.contains(was), "{was}");
        let found = compare(&component::STUBS.replacen(was, is, 1)).await;
        let found: Vec<&str> = found.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert!(found.iter().any(|it| it.contains(what)), "{what}: {found:?}");
    }
}

#[tokio::test]
async fn the_stubs_are_of_the_contract_that_the_module_names() {
    let sandbox = sandbox().await;
    let report = sandbox.run(order("import canvass\ncanvass.__version__"), &mut Desk::default()).await;
    assert_eq!(report.outcome, Ok(json!(component::CONTRACT)));
    assert!(component::STUBS.contains(&format!("version {}.", component::CONTRACT)));
}
