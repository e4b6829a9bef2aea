//! Rich text: this file is about turning Markdown that people wrote into HTML that can do no harm.

/// The HTML of a Markdown text.
pub fn to_html(_markdown: &str) -> String {
    todo!()
}
