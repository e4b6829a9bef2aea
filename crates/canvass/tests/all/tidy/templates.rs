//! Rules on templates: this file is about HTML that a strict content security policy and a screen reader can read.

use super::{Source, assert_accepted, assert_kept, assert_noticed};

const PAGE: &str = "crates/canvass-web/templates/page.html";

#[test]
fn templates_hold_no_code_and_no_styles() {
    assert_kept(inline);

    assert_noticed(inline, PAGE, "<script>alert(1)</script>");
    assert_noticed(inline, PAGE, "<p style=\"color: red\">");
    assert_noticed(inline, PAGE, "<a {% if a > b %}onclick='f()'{% endif %}>");
    assert_noticed(inline, PAGE, "<style>p { color: red }</style>");
    assert_noticed(inline, PAGE, "<a href=\"javascript:f()\">");
    assert_accepted(
        inline,
        PAGE,
        "<script src=\"{{ url(\"a.js\") }}\" defer></script><p data-style=\"calm\" class=\"on\">",
    );
}

#[test]
fn every_page_names_its_language() {
    assert_kept(language);

    assert_noticed(language, PAGE, "<!doctype html><html><body>");
    assert_accepted(language, PAGE, "<!doctype html><html lang=\"{{ language }}\"><body>");
}

#[test]
fn every_control_has_a_label() {
    assert_kept(labels);

    assert_noticed(labels, PAGE, "<input name=\"title\" placeholder=\"Title\">");
    assert_noticed(labels, PAGE, "<label for=\"b\">B</label><select id=\"a\"></select>");
    assert_noticed(labels, PAGE, "<label>A</label><textarea></textarea>");
    assert_accepted(labels, PAGE, "<label for=\"{{ id(\"a\") }}\">A</label> <input id=\"{{ id(\"a\") }}\">");
    assert_accepted(labels, PAGE, "<label><input type=\"checkbox\"> Agree</label><input type=hidden name=x>");
    assert_accepted(
        labels,
        PAGE,
        "<input aria-label=\"Title\"><button>Go</button><input type=\"submit\" value=\"Go\">",
    );
}

#[test]
fn every_image_has_a_text_alternative() {
    assert_kept(alternatives);

    assert_noticed(alternatives, PAGE, "<img src=\"a.png\">");
    assert_accepted(alternatives, PAGE, "<img src=\"a.png\" alt=\"\">");
}

fn inline(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags(source) {
        let attributes = tag.attributes();
        let is_script = tag.name == "script" && (!attributes.contains(" src=") || !tag.after.trim().is_empty());
        let handler =
            attributes.split(' ').any(|it| it.starts_with("on") && it.contains('=') && !it.contains(['"', '\'']));
        if is_script
            || tag.name == "style"
            || attributes.contains(" style=")
            || handler
            || tag.text.contains("javascript:")
        {
            found.push(format!("code or style in the page: {}", tag.text));
        }
    }
    found
}

fn language(source: &Source) -> Vec<String> {
    let tags = tags(source).into_iter().filter(|tag| tag.name == "html" && !tag.attributes().contains(" lang="));
    tags.map(|tag| format!("no language: {}", tag.text)).collect()
}

fn alternatives(source: &Source) -> Vec<String> {
    let tags = tags(source).into_iter().filter(|tag| tag.name == "img" && !tag.attributes().contains(" alt="));
    tags.map(|tag| format!("no alternative: {}", tag.text)).collect()
}

fn labels(source: &Source) -> Vec<String> {
    let tags = tags(source);
    let labelled: Vec<&str> = tags.iter().filter(|it| it.name == "label").filter_map(|it| it.value_of("for")).collect();
    let mut found = Vec::new();
    let mut open_labels = 0_usize;
    for tag in &tags {
        match tag.name.as_str() {
            "label" => open_labels += 1,
            "/label" => open_labels = open_labels.saturating_sub(1),
            "input" | "select" | "textarea" => {
                let is_quiet =
                    tag.value_of("type").is_some_and(|it| ["hidden", "submit", "reset", "button"].contains(&it));
                let is_named = open_labels > 0
                    || tag.attributes().contains(" aria-label")
                    || tag.value_of("id").is_some_and(|id| labelled.contains(&id));
                if !is_quiet && !is_named {
                    found.push(format!("no label: {}", tag.text));
                }
            }
            _ => {}
        }
    }
    found
}

/// One tag of a template, in which every template expression has lost its quotes and angle brackets.
struct Tag {
    name: String,
    text: String,
    /// What stands between this tag and the next.
    after: String,
}

impl Tag {
    /// The tag's text after its name, with every quoted value emptied, so that a name in it is an attribute's.
    fn attributes(&self) -> String {
        let mut quote = None;
        let mut attributes = String::new();
        for each in self.text[1 + self.name.len()..].chars() {
            match quote {
                None if each == '"' || each == '\'' => quote = Some(each),
                Some(open) if open == each => quote = None,
                None => attributes.push(if each.is_whitespace() { ' ' } else { each }),
                Some(_) => {}
            }
        }
        attributes.to_lowercase()
    }

    fn value_of(&self, attribute: &str) -> Option<&str> {
        let start = self.text.find(&format!(" {attribute}="))? + attribute.len() + 2;
        let rest = &self.text[start..];
        match rest.chars().next()? {
            quote @ ('"' | '\'') => rest[1..].split(quote).next(),
            _ => rest.split([' ', '>', '/']).next(),
        }
    }
}

fn tags(source: &Source) -> Vec<Tag> {
    if !source.is_template() {
        return vec![];
    }
    let text = without_template_syntax(&source.text);
    let mut tags = Vec::new();
    for piece in text.split('<').skip(1) {
        let is_tag = piece.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
        if let Some((tag, after)) = piece.split_once('>').filter(|_| is_tag) {
            let name = tag.split(|it: char| it.is_whitespace()).next().unwrap_or_default().to_lowercase();
            tags.push(Tag { name, text: format!("<{tag}>"), after: after.to_owned() });
        }
    }
    tags
}

/// `{% … %}` and comments become a space; what is between `{{` and `}}` loses what could end a value or a tag.
fn without_template_syntax(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let close = if rest.starts_with("{{") {
            "}}"
        } else if rest.starts_with("{%") {
            "%}"
        } else if rest.starts_with("{#") {
            "#}"
        } else {
            plain.push('{');
            rest = &rest[1..];
            continue;
        };
        let end = rest.find(close).map_or(rest.len(), |at| at + close.len());
        if close == "}}" {
            plain.extend(rest[..end].chars().filter(|it| !"\"'<> ".contains(*it)));
        } else {
            plain.push(' ');
        }
        rest = &rest[end..];
    }
    plain + rest
}
