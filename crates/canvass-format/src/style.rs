//! A tenant's own CSS: this file is about compiling it to a style sheet that can look like anything and harm nobody.
//!
//! A tenant writes rules for named [parts](Part) of its public pages and sets the properties each part takes. The text
//! passes a guard (`guard`) that bounds what later steps may recurse into, is read into rules of known parts (`read`),
//! each value is checked (`value`) and written again by `lightningcss`, and what is left must be readable in every
//! appearance (`contrast`). What is written then (`write`) holds no byte of the tenant's but checked values.

mod contrast;
mod guard;
mod help;
mod part;
mod property;
mod read;
mod refusal;
#[cfg(test)]
mod tests;
mod value;
mod write;

use canvass_model::brand::Theme;

pub use self::{
    guard::{DEPTH_MAX, SOURCE_BYTES_MAX},
    help::{PartHelp, PropertyHelp, page, parts, properties},
    part::{Part, State},
    refusal::{REFUSALS_MAX, Reason, Refusal},
};

/// A tenant's own CSS, checked: only [`compile`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compiled(String);

impl Compiled {
    /// The compiled rules, minified; empty when there are none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Compiles a tenant's CSS for pages in its theme. Reports everything that is refused, in the order of the source, up to
/// [`REFUSALS_MAX`]; never panics and never runs deep, whatever the text.
pub fn compile(source: &str, theme: &Theme) -> Result<Compiled, Vec<Refusal>> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    guard::check(source).map_err(|refusal| vec![refusal])?;
    let (rules, mut refusals) = read::rules(source);
    if refusals.is_empty() {
        refusals = contrast::check(&rules, theme);
    }
    if refusals.is_empty() {
        return Ok(Compiled(write::rules(&rules)));
    }
    refusals.sort_by_key(|it| (it.line, it.column));
    refusals.truncate(REFUSALS_MAX);
    Err(refusals)
}

/// The whole style sheet of a tenant: its theme, and its own rules after it. Linked after the product's own.
pub fn sheet(theme: &Theme, own: &Compiled) -> String {
    write::sheet(theme, own.as_str())
}
