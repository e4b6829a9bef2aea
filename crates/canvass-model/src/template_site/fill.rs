//! Placeholders: this file is about putting a tenant's words into a template's, so that they stay words.

use crate::{tenant::TenantRecord, time::Timestamp};

/// What may stand between `{{` and `}}`, and what it becomes.
pub const PLACEHOLDERS: [(&str, &str); 4] = [
    ("organisation", "what the tenant calls itself"),
    ("alias", "its name in addresses"),
    ("region", "where its data lives"),
    ("since", "the day it signed up, like 2026-09-02"),
];

/// A tenant's words for the placeholders.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    tenant: &'a TenantRecord,
}

/// What stands in Markdown for more than itself wherever it stands.
const SPECIAL: &str = "\\`*_[]<>&~|";

impl<'a> Words<'a> {
    /// Of a tenant.
    pub fn of(tenant: &'a TenantRecord) -> Self {
        Self { tenant }
    }

    /// A plain text with its placeholders filled.
    pub(super) fn in_text(self, text: &str) -> String {
        self.fill(text, str::to_owned)
    }

    /// Markdown with its placeholders filled: what the tenant is called means nothing but its letters there.
    pub(super) fn in_markdown(self, markdown: &str) -> String {
        self.fill(markdown, as_markdown)
    }

    fn fill(self, text: &str, written: impl Fn(&str) -> String) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Placeholder(name) => out.push_str(&written(&self.word(name))),
            }
        }
        out
    }

    /// What a placeholder becomes; one that does not exist, which no site that was read has, becomes nothing.
    fn word(self, name: &str) -> String {
        let TenantRecord { name: organisation, alias, region, created_at, .. } = self.tenant;
        match name {
            "organisation" => organisation.as_str().to_owned(),
            "alias" => alias.as_str().to_owned(),
            "region" => region.0.clone(),
            "since" => day(*created_at),
            _ => String::new(),
        }
    }
}

fn day(at: Timestamp) -> String {
    at.to_string().chars().take("2026-09-02".len()).collect()
}

/// A part of a template's text.
pub(super) enum Piece<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// A text in its parts; braces that do not close are text.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix("{{").and_then(|it| it.split_once("}}")) {
            rest = after;
            return Some(Piece::Placeholder(name.trim()));
        }
        // Braces at the beginning belong to the text here, for they do not close.
        let from = if rest.starts_with("{{") { 2 } else { 0 };
        let end = rest[from..].find("{{").map_or(rest.len(), |it| from + it);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Piece::Text(text))
    })
}

/// A text as Markdown that shows it, wherever in a line it stands (`CommonMark` 0.31, section 2.4).
fn as_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, it) in text.char_indices() {
        // At the beginning of a line these would begin a heading, a list, or underline the line above.
        let begins = (at == 0 && "#+-=".contains(it)) || (0 < at && at == digits && ".)".contains(it));
        if SPECIAL.contains(it) || begins {
            out.push('\\');
        }
        out.push(it);
    }
    out
}
