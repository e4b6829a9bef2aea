//! Writing: this file is about the style sheet that is served, made of our selectors and checked values.

use std::fmt::Write;

use canvass_model::brand::{Palette, Scheme, Theme};

use super::{
    part::{PARTS, SCOPE, Shade},
    read::{Condition, Media, Rule, Target},
};

/// A tenant's own rules, minified, each selector below [`SCOPE`].
pub(super) fn rules(rules: &[Rule]) -> String {
    let mut css = String::new();
    for rule in rules.iter().filter(|it| !it.targets.is_empty() && !it.declarations.is_empty()) {
        let selectors: Vec<String> = rule.targets.iter().map(Target::selector).collect();
        let declarations: Vec<String> =
            rule.declarations.iter().map(|it| format!("{}:{}", it.property.name, it.value.text)).collect();
        let body = format!("{}{{{}}}", selectors.join(","), declarations.join(";"));
        let _ = match &rule.media {
            Some(media) => write!(css, "@media {media}{{{body}}}"),
            None => css.write_str(&body),
        };
    }
    css
}

/// The whole style sheet: the theme's variables in both appearances, how states look in it, and a tenant's own rules.
pub(super) fn sheet(theme: &Theme, own: &str) -> String {
    let mut css = String::from("@layer theme{:root{");
    let _ = write!(
        css,
        "--font:{};--radius:{};--space:{};{}",
        theme.font.stack(),
        theme.corners.radius(),
        theme.spacing.factor(),
        names()
    );
    variables(&mut css, &theme.palette(Scheme::Light));
    css += "}@media (prefers-color-scheme:dark){:root{";
    variables(&mut css, &theme.palette(Scheme::Dark));
    css += "}}";
    states(&mut css);
    css += own;
    css + "}"
}

/// The names the product's own style sheets know the theme's colours by.
fn names() -> &'static str {
    "--brand:var(--accent);--brand-ink:var(--accent-ink);--paper:var(--background);--surface:var(--background);\
     --ink:var(--text);--ink-soft:var(--text-soft);"
}

fn variables(css: &mut String, palette: &Palette) {
    let _ = write!(css, "color-scheme:{};--danger-soft:{}", palette.looks.as_str(), palette.danger_soft);
    for shade in Shade::ALL {
        let _ = write!(css, ";{}:{}", shade.variable(), shade.of(palette));
    }
}

/// How parts look in their states, stated again: a tenant's rule for a part comes last and would win over them.
fn states(css: &mut String) {
    for state in PARTS.iter().flat_map(|it| it.states) {
        let mut declarations = Vec::new();
        declarations.extend(state.ink.map(|it| format!("color:var({})", it.variable())));
        declarations.extend(state.ground.map(|it| format!("background:var({})", it.variable())));
        if state.name == "checked" && state.ground.is_some() {
            declarations.push(format!("border-color:var({})", Shade::Accent.variable()));
        }
        if !declarations.is_empty() {
            let _ = write!(css, "{SCOPE} {}{{{}}}", state.selector, declarations.join(";"));
        }
    }
}

impl Target {
    /// The selector of ours behind the name.
    fn selector(&self) -> String {
        let selector = self.state.map_or(self.part.selector, |it| it.selector);
        if selector.is_empty() { SCOPE.to_owned() } else { format!("{SCOPE} {selector}") }
    }
}

impl std::fmt::Display for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let conditions = self.conditions.iter().map(ToString::to_string);
        let words: Vec<String> = self.on.iter().map(|it| (*it).to_owned()).chain(conditions).collect();
        f.write_str(&words.join(" and "))
    }
}

impl std::fmt::Display for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Width { name, px } => write!(f, "({name}:{px}px)"),
            Self::Scheme(name) => write!(f, "(prefers-color-scheme:{name})"),
            Self::Motion(name) => write!(f, "(prefers-reduced-motion:{name})"),
        }
    }
}
