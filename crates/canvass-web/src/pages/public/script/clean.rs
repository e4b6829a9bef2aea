//! Cleaning: this file is about what of a script's HTML and SVG is left: content, forms and drawings, nothing that acts.

use std::{borrow::Cow, collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

/// A script's HTML without anything that acts: no script, style, frame or event, no form that leads elsewhere.
pub(super) fn html(text: &str) -> String {
    HTML.clean(text).to_string()
}

/// A script's SVG without anything that acts, as a document of its own; `None` when it is none.
pub(super) fn svg(text: &str) -> Option<String> {
    let text = text.trim_start();
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>")?.1.trim_start(),
        None => text,
    };
    let cleaned = SVG.clean(text).to_string();
    let rest = cleaned.trim().strip_prefix("<svg")?;
    // What HTML writes by name, XML knows by number.
    let rest = rest.replace("&nbsp;", "&#160;");
    let rest = rest.replacen(" xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
    Some(format!("<svg xmlns=\"http://www.w3.org/2000/svg\"{rest}"))
}

/// Drawings.
const SHAPES: [&str; 17] = [
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "defs",
    "linearGradient",
    "radialGradient",
    "stop",
];
/// How drawings look. No `style`, no references to elsewhere.
const DRAWN: [&str; 50] = [
    "viewBox",
    "width",
    "height",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "d",
    "points",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-dasharray",
    "stroke-opacity",
    "fill-opacity",
    "fill-rule",
    "opacity",
    "transform",
    "text-anchor",
    "dominant-baseline",
    "font-size",
    "font-family",
    "font-weight",
    "dx",
    "dy",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "preserveAspectRatio",
    "role",
    "aria-label",
    "aria-hidden",
    "aria-labelledby",
    "id",
    "class",
    "lang",
    "xmlns",
    "version",
    "pathLength",
];
/// Forms, and what else HTML has that does not act.
const FORMS: [&str; 20] = [
    "form",
    "label",
    "input",
    "select",
    "option",
    "optgroup",
    "textarea",
    "button",
    "fieldset",
    "legend",
    "output",
    "progress",
    "meter",
    "section",
    "main",
    "nav",
    "figure",
    "figcaption",
    "details",
    "summary",
];
/// What controls of a form are described by.
const CONTROLS: [&str; 26] = [
    "name",
    "value",
    "type",
    "placeholder",
    "required",
    "checked",
    "selected",
    "disabled",
    "readonly",
    "min",
    "max",
    "step",
    "minlength",
    "maxlength",
    "pattern",
    "multiple",
    "size",
    "rows",
    "cols",
    "for",
    "autocomplete",
    "inputmode",
    "open",
    "low",
    "high",
    "optimum",
];

static HTML: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .add_tags(FORMS)
        .add_tags(SHAPES)
        .add_generic_attributes(["class", "id", "lang", "dir", "title", "role", "tabindex"])
        .add_generic_attribute_prefixes(["aria-", "data-"])
        .add_tag_attributes("form", ["method", "action"])
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(attribute);
    for tag in [
        "input", "select", "option", "optgroup", "textarea", "button", "label", "output", "progress", "meter",
        "details", "fieldset",
    ] {
        builder.add_tag_attributes(tag, CONTROLS);
    }
    for tag in SHAPES {
        builder.add_tag_attributes(tag, DRAWN);
    }
    builder
});

static SVG: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.add_tags(SHAPES).clean_content_tags(HashSet::from(["script", "style"])).attribute_filter(attribute);
    for tag in SHAPES {
        builder.add_tag_attributes(tag, DRAWN);
    }
    builder
});

/// Forms lead to the tenant's own pages; colours and fills name nothing elsewhere.
fn attribute<'v>(element: &str, name: &str, value: &'v str) -> Option<Cow<'v, str>> {
    let leads_on = value.contains(':') || value.starts_with("//") || value.contains('\\');
    match (element, name) {
        ("form", "action") if leads_on || value.trim_start().starts_with("/-") => None,
        ("form", "method") if !value.eq_ignore_ascii_case("post") && !value.eq_ignore_ascii_case("get") => None,
        ("input", "type") if value.eq_ignore_ascii_case("file") || value.eq_ignore_ascii_case("password") => None,
        (_, "fill" | "stroke") if value.contains("url(") && !value.trim().starts_with("url(#") => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_taken_out_of_html() {
        for (given, kept) in [
            ("<p onclick=a()>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
            ("<style>p{}</style><p style=\"color:red\">a</p>", "<p>a</p>"),
            ("<iframe src=x></iframe><object></object>", ""),
            ("<img src=\"javascript:alert(1)\">", "<img>"),
            ("<form method=post action=\"https://evil.example\"></form>", "<form method=\"post\"></form>"),
            ("<form action=\"//evil.example\"></form>", "<form></form>"),
            ("<form action=\"/-/signout\" method=post></form>", "<form method=\"post\"></form>"),
            ("<input type=password name=p>", "<input name=\"p\">"),
            ("<base href=x><meta http-equiv=refresh><link rel=stylesheet>", ""),
            (
                "<svg><script>alert(1)</script><a href=\"javascript:1\"></a></svg>",
                "<svg><a rel=\"noopener noreferrer\"></a></svg>",
            ),
            (
                "<form action=\"next?a=1\"><label for=\"a\">A</label></form>",
                "<form action=\"next?a=1\"><label for=\"a\">A</label></form>",
            ),
        ] {
            assert_eq!(html(given), kept, "{given}");
        }
        assert!(html("<a href=\"javascript:alert(1)\">x</a>").starts_with("<a rel="));
    }

    #[test]
    fn what_acts_is_taken_out_of_svg() {
        let given = "<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\" onload=\"a()\">\
            <script>alert(1)</script><foreignObject><p>x</p></foreignObject>\
            <rect width=\"9\" height=\"9\" fill=\"url(http://evil.example/#a)\"/>\
            <text x=\"1\">1 &lt; 2&#160;</text><use href=\"//evil.example/a.svg#x\"/></svg>";
        let cleaned = svg(given).unwrap();
        assert!(cleaned.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">"), "{cleaned}");
        for gone in ["onload", "script", "alert", "foreignObject", "evil", "<use", "&nbsp;"] {
            assert!(!cleaned.contains(gone), "{gone} in {cleaned}");
        }
        assert!(cleaned.contains("1 &lt; 2&#160;"), "{cleaned}");
        assert_eq!(svg("<p>no</p>"), None);
    }
}
