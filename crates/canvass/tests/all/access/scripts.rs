//! Who may do what with scripts: this file is about their pages in the table of access, and one script to try them on.

use canvass_actions::scripts::{self, Settings};
use canvass_model::{
    member::Actor,
    plan::PlanId,
    script::{Allowance, ScriptName, Source},
};

use super::For::{self, Administrator, Analyst, Creator, Operator};
use crate::support::Canvass;

/// Every route of pages about scripts.
pub const PAGES: &[(&str, &str, For)] = &[
    ("GET", "/-/console/{tenant}/scripts", Analyst),
    ("POST", "/-/console/{tenant}/scripts", Creator),
    ("GET", "/-/console/{tenant}/scripts/new", Creator),
    ("GET", "/-/console/{tenant}/scripts/contract", Analyst),
    ("GET", "/-/console/{tenant}/scripts/store", Analyst),
    ("POST", "/-/console/{tenant}/scripts/store/removal", Creator),
    ("POST", "/-/console/{tenant}/scripts/store/restoration", Creator),
    ("GET", "/-/console/{tenant}/scripts/trash", Analyst),
    ("GET", "/-/console/{tenant}/scripts/secrets", Administrator),
    ("POST", "/-/console/{tenant}/scripts/secrets", Administrator),
    ("POST", "/-/console/{tenant}/scripts/secrets/{name}/removal", Administrator),
    ("GET", "/-/console/{tenant}/scripts/{script}", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/draft", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/check", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/trial", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/publication", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/tests", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/tests", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/tests/run", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/tests/{case}", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/tests/{case}/removal", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/runs", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/runs", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/runs/new", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/runs/events", Analyst),
    ("GET", "/-/console/{tenant}/scripts/{script}/runs/{run}", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/resumption", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/skip", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/versions", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/versions/{version}/restoration", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/replay", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/replay", Creator),
    ("GET", "/-/console/{tenant}/scripts/{script}/settings", Analyst),
    ("POST", "/-/console/{tenant}/scripts/{script}/settings", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/switch", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/trash", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/restoration", Creator),
    ("POST", "/-/console/{tenant}/scripts/{script}/deletion", Creator),
    ("POST", "/-/operate/tenants/{alias}/scripts/stop", Operator),
    ("POST", "/-/operate/tenants/{alias}/scripts/allowance", Operator),
    ("GET", "/-/operate/scripts", Operator),
];

/// A script of Adatum's: its id.
pub async fn one(canvass: &Canvass) -> String {
    let allowance = Allowance::of(&PlanId::Premium.plan()).expect("the premium plan has scripts");
    let name = ScriptName::parse("words").expect("a name");
    let source = Source::parse("1 + 1\n").expect("a source");
    let tenant = canvass.tenant("adatum").await;
    let made = tenant
        .write(move |tx| scripts::create(tx, &Actor::Canvass, &allowance, (&name, &Settings::default()), &source));
    made.await.expect("it is made").id.to_string()
}
