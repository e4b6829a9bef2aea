//! Upgrades: this file is about published scripts whose byte code was made by an earlier guest.

use canvass_model::script::{ScriptName, VersionNumber};
use canvass_script::component;
use canvass_storage::{
    Tenant,
    scripts::{
        self,
        versions::{self, Checked, Compiled},
    },
};
use serde_json::json;

use super::{page, put, run, set, start};

#[tokio::test(flavor = "multi_thread")]
async fn byte_code_of_an_earlier_guest_is_made_anew_once_by_the_first_run_and_kept() {
    let (canvass, program) = start().await;
    let tenant = canvass.tenant("adatum").await;
    put(&program, "sum", "1 + 1").await.expect(201);
    put(&program, "menu", "def page(request):\n    return '<p>Soup</p>'").await.expect(201);
    set(&program, "menu", json!({ "kind": "page" })).await.expect(200);
    page(&program, "menu", "menu", "public").await;
    let [sum, menu] = [fresh(&tenant, "sum").await, fresh(&tenant, "menu").await];
    for name in ["sum", "menu"] {
        make_old(&tenant, name).await;
    }

    assert_eq!(run(&program, "sum", json!({})).await["result"], 2, "it runs from its source");
    canvass.ray().get("/adatum/menu").await.expect(200);

    assert_eq!(fresh(&tenant, "sum").await, sum, "the same source makes the same code");
    assert_eq!(fresh(&tenant, "menu").await, menu);
    assert_eq!(run(&program, "sum", json!({})).await["result"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_leaves_the_byte_code_of_the_live_version_alone() {
    let (canvass, program) = start().await;
    let tenant = canvass.tenant("adatum").await;
    put(&program, "sum", "1 + 1").await.expect(201);
    make_old(&tenant, "sum").await;
    assert_eq!(super::answer(&program, "sum", "2 + 3").await, 5);
    assert_eq!(stored(&tenant, "sum").await.program, Some(old()));
}

/// Byte code of no guest there is.
fn old() -> Compiled {
    Compiled { code: b"of another guest".to_vec(), component: "0".repeat(64) }
}

/// The byte code that is stored, which must be good for this guest.
async fn fresh(tenant: &Tenant, name: &str) -> Vec<u8> {
    let program = stored(tenant, name).await.program.expect("there is byte code");
    assert_eq!(program.component, component::hash().to_string(), "{name}");
    program.code
}

async fn stored(tenant: &Tenant, name: &str) -> Checked {
    let name = ScriptName::parse(name).expect("a name");
    let found = tenant.read(move |tx| {
        let script = scripts::find(tx, &name)?.expect("it was made");
        versions::find(tx, script.id, VersionNumber(1))
    });
    found.await.expect("the tenant answers").expect("it was published").1
}

/// Leaves a script as an upgrade of the guest does.
async fn make_old(tenant: &Tenant, name: &str) {
    let name = ScriptName::parse(name).expect("a name");
    let made = tenant.write(move |tx| {
        let script = scripts::find(tx, &name)?.expect("it was made");
        versions::set_program(tx, script.id, VersionNumber(1), &old())
    });
    made.await.expect("the tenant answers");
}
